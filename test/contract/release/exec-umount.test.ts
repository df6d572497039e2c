import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quotePosix } from '../../../src/core/text.ts';
import { execUmount } from '../../../src/programs/exec-umount.ts';
import { ContainerWorld } from '../../support/container-world.ts';
import { shellKinds } from '../../support/shells.ts';
import { ableToHideRun } from '../docker/docker-bed.ts';
import { Bed } from '../scan/bed.ts';
import { tableOf, witnessAt } from './witness.ts';

if (!ableToHideRun) console.warn('LEFT OUT: exec-umount needs root and mount namespaces of Linux');

const ID = 'c'.repeat(64);

describe.skipIf(!ableToHideRun).each(shellKinds())('exec-umount under $name', (shell) => {
  let bed: Bed;
  let docker: ContainerWorld;
  let pid: number;
  let point: string;
  beforeEach(async () => {
    [bed, docker] = [new Bed(), new ContainerWorld(mkdtempSync(join(tmpdir(), 'unbusy-exec-')))];
    point = bed.folder("a b's");
    pid = await bed.hold(`mount -t tmpfs leak ${quotePosix(point)}; echo ready; sleep 300`);
    client(`[ "$1 $2 $3" = "exec ${ID} umount" ] && exec nsenter -t ${pid} -m umount "$4"; exit 64`);
  });
  afterEach(async () => {
    await bed.close();
    docker.close();
  });

  /** A docker client that is this script; $1 is its first word after the socket. */
  const client = (script: string) => {
    const text = `#!/bin/sh\necho "$*" >>'${docker.path}/asked'\nshift 2\n${script}\n`;
    writeFileSync(join(docker.path, 'bin/docker'), text, { mode: 0o755 });
  };
  const asked = () => existsSync(join(docker.path, 'asked'));
  const mounted = () => tableOf(pid).some((mount) => mount.source === 'leak');
  const run = (change = {}) => execUmount(docker.host(shell), ID, { ...witnessAt(pid, point), ...change });

  it('unmounts with the umount of the container, and looks whether the mount is gone', async () => {
    expect(await run()).toEqual({ kind: 'done', note: 'by the umount of the container' });
    expect(mounted()).toBe(false);
    expect(readFileSync(join(docker.path, 'asked'), 'utf8')).toContain(` exec ${ID} umount ${point}`);
  });

  it.each([
    ['mount', { id: 999_999_999 }],
    ['parent', { parent: 1 }],
    ['peer group', { parentShared: 77 }],
    ['file system', { device: '7:7' }],
    ['process', { startTime: '1' }],
    ['namespace', { namespace: 1 }],
  ])('does nothing if the %s is another one', async (_what, change) => {
    expect(await run(change)).toMatchObject({ kind: 'stale' });
    expect([mounted(), asked()]).toEqual([true, false]);
  });

  it.each([
    ['exit 126', { kind: 'failed', error: { code: 'E_PREFLIGHT_TOOL' } }],
    ['echo "umount: permission denied" >&2; exit 32', { kind: 'denied', why: 'umount: permission denied' }],
    ['exit 0', { kind: 'denied' }],
  ])('believes the table, not the exit number: %s', async (script, answer) => {
    client(script);
    expect(await run()).toMatchObject(answer);
    expect(mounted()).toBe(true);
  });
});
