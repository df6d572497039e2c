import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applySweep } from '../../../src/modules/dead-containers/apply.ts';
import { deadContainersParams } from '../../../src/modules/dead-containers/params.ts';
import type { SweepChange } from '../../../src/modules/dead-containers/state.ts';
import { scanMounts } from '../../../src/programs/scan-mounts.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed, namespaceOf } from '../scan/bed.ts';
import { tableOf, witnessAt } from './witness.ts';

const able = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
if (!able) console.warn('LEFT OUT: the removal of a directory needs root and mount namespaces of Linux');

describe.skipIf(!able)('the removal of a directory that mounts sit on', () => {
  const [shell] = shellKinds();
  const host = new ShellHost(shell ?? { name: 'sh', command: ['sh'], path: '/bin:/usr/bin' });
  let bed: Bed;
  beforeAll(() => {
    bed = new Bed();
  });
  afterAll(() => bed.close());

  const rest = 'echo ready; exec sleep 300';
  const step = (path: string, pid: number): SweepChange => {
    const { namespace, id, device } = witnessAt(pid, path);
    const { dev, ino } = statSync(path);
    const directory = { path, identity: `${dev}:${ino}`, namespace: namespaceOf(process.pid) ?? 0 };
    return {
      ...{ id: 'x', title: 'x', why: 'x', risk: 'unmount', certainty: 'certain', witness: {} },
      step: { kind: 'remove-directory', directory, covers: [{ namespace, id, device }] },
    };
  };
  const apply = (change: SweepChange) => applySweep(host, change, deadContainersParams.parse({}));

  it('spares what somebody else mounted there under a name that tells nothing', async () => {
    const layer = bed.folder('e'.repeat(64));
    const merged = join(layer, 'merged');
    mkdirSync(merged);
    const leak = await bed.hold(`mount -t tmpfs leak ${merged}; ${rest}`);
    const view = bed.folder('view');
    const live = await bed.hold(`mount --bind ${layer} ${view}; mount -t tmpfs live ${view}/merged; ${rest}`);
    const lives = () => tableOf(live).some((mount) => mount.source === 'live');

    // The tables that name the layer do not hold it: that is why all are looked at before the step.
    const named = await scanMounts(host, { tokens: ['e'.repeat(64)] });
    if (named.kind !== 'known') throw named.error;
    const tables = new Map(named.view.namespaces.map((each) => [each.inode, each.mounts]));
    expect(tables.get(namespaceOf(leak) ?? 0)).toBeDefined();
    expect(tables.get(namespaceOf(live) ?? 0)).toBeUndefined();

    expect(await apply(step(merged, leak))).toMatchObject({
      kind: 'stale',
      found: expect.stringContaining('another mount'),
    });
    expect([existsSync(merged), lives()]).toEqual([true, true]);
    process.kill(-live, 'SIGKILL');
    await expect.poll(() => namespaceOf(live)).toBeUndefined();
    expect((await apply(step(merged, leak))).kind).toBe('done');
    expect([existsSync(merged), tableOf(leak).some((mount) => mount.point === merged)]).toEqual([false, false]);
  });
});
