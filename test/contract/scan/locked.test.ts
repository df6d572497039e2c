import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import { scanMounts } from '../../../src/programs/scan-mounts.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed, namespaceOf } from './bed.ts';

const TOKEN = 'l0cked'.padEnd(64, '0');

/** Whether root may unmount it from inside. */
function unmounts(pid: number, point: string): boolean {
  return spawnSync('nsenter', [`--mount=/proc/${pid}/ns/mnt`, 'umount', point]).status === 0;
}

describe.skipIf(process.getuid?.() !== 0)('mounts that the kernel locks (needs root)', () => {
  const bed = new Bed();
  afterAll(() => bed.close());

  it('are told by the user namespace, and only they', async () => {
    const place = bed.folder(TOKEN, 'merged');
    const inner = `unshare -U -r -m --propagation private sh -ec ': > ${bed.directory}/up; exec sleep 1000'`;
    const outer = await bed.hold(`mount -t tmpfs leak ${place}; ${inner} & echo $! > ${bed.directory}/pid
      until [ -e ${bed.directory}/up ]; do sleep 0.05; done; echo ready; wait`);
    const [shell] = shellKinds();
    if (shell === undefined) throw new Error('no shell');
    const scan = await scanMounts(new ShellHost(shell), { tokens: [TOKEN] });
    if (scan.kind === 'unknown') throw scan.error;
    const target = { kind: 'container', id: TOKEN, name: 'x', tokens: [TOKEN], paths: [] } as const;
    const { leaks } = findLeaks(scan.view, [target], []);
    const locked = leaks.find((leak) => leak.namespace !== namespaceOf(outer));
    const free = leaks.find((leak) => leak.namespace === namespaceOf(outer));
    expect(locked).toMatchObject({ locked: true, mount: { point: place } });
    expect(free).toMatchObject({ locked: false, mount: { point: place } });
    expect(unmounts(locked?.holder.pid ?? 0, place)).toBe(false);
    expect(unmounts(outer, place)).toBe(true);
  });
});
