import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyDevices } from '../../../src/mounts/block-devices.ts';
import { readBlockDevice } from '../../../src/programs/block-device.ts';
import { tryExclusiveOpen } from '../../../src/programs/exclusive-open.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed } from '../scan/bed.ts';

const run = (file: string, ...args: readonly string[]) => execFileSync(file, args, { encoding: 'utf8' }).trim();
const able =
  process.getuid?.() === 0 &&
  existsSync('/dev/loop-control') &&
  spawnSync('unshare', ['-m', 'true']).status === 0 &&
  spawnSync('mkfs.ext4', ['-V']).status === 0;
if (!able) console.warn('LEFT OUT: block devices need root, loop devices, mkfs.ext4 and mount namespaces of Linux');

describe.skipIf(!able).each(shellKinds())('block devices, under $name', (shell) => {
  const host = new ShellHost(shell);
  let bed: Bed;
  let device = '';
  let number = '';
  beforeAll(() => {
    bed = new Bed();
    const image = join(bed.folder('image'), 'volume.img');
    run('truncate', '-s', '8M', image);
    run('mkfs.ext4', '-q', image);
    device = run('losetup', '--find', '--show', image);
    number = run('lsblk', '-dno', 'MAJ:MIN', device);
  });
  afterAll(async () => {
    await bed.close();
    if (device !== '') spawnSync('losetup', ['-d', device]);
  });

  const look = async (name: string) => {
    const answer = await readBlockDevice(host, name);
    if (answer.kind !== 'known') throw new Error(answer.kind);
    return answer.stack;
  };

  it('is known by its path and by its number, with the file behind a loop device', async () => {
    for (const name of [device, number]) {
      const stack = await look(name);
      expect(busyDevices(stack)).toMatchObject([{ number, relation: 'self', names: [device] }]);
      expect(stack.loops).toContainEqual({
        number,
        name: device.slice(5),
        file: join(bed.directory, 'image/volume.img'),
      });
    }
  });

  it('is absent if there is none of that name, and no character device is one', async () => {
    for (const name of ['/dev/no-such-device', '/dev/null', '4095:1048575'])
      expect(await readBlockDevice(host, name), name).toMatchObject({ kind: 'absent' });
  });

  it('is told with who has it open, and a mount is nobody who has', async () => {
    const mounted = await bed.hold(`mount ${device} ${bed.folder('held')}; echo ready; exec sleep 300`);
    expect((await look(device)).openers).toEqual([]);
    const reader = spawn('sh', ['-c', `exec sleep 300 <${device}`], { stdio: 'ignore' });
    await expect.poll(() => readFileSync(`/proc/${reader.pid}/comm`, 'utf8')).toBe('sleep\n');
    const [opener] = (await look(device)).openers;
    reader.kill('SIGKILL');
    expect(opener).toMatchObject({ pid: reader.pid, command: 'sleep', fd: '0', number });
    process.kill(mounted, 'SIGKILL');
  });

  it('can be opened by one alone only while no namespace has it mounted', async () => {
    const free = async () => (await tryExclusiveOpen(host, number)).kind;
    if (shell.name === 'busybox') {
      expect(await free()).toBe('unseen');
      return;
    }
    await expect.poll(free).toBe('free');
    const pid = await bed.hold(`mount ${device} ${bed.folder('other')}; echo ready; exec sleep 300`);
    expect(await free()).toBe('busy');
    process.kill(pid, 'SIGKILL');
    await expect.poll(free).toBe('free');
    expect((await tryExclusiveOpen(host, '4095:1048575')).kind).toBe('absent');
  });

  it('says that it could not look where there is no tool, and not that it is busy', async () => {
    const bare = new ShellHost({ ...shell, path: bareTools(bed) });
    expect(await tryExclusiveOpen(bare, number)).toMatchObject({ kind: 'unseen' });
  });
});

/** A PATH with all that the program needs but perl and python. */
function bareTools(bed: Bed): string {
  const folder = bed.folder('bare');
  for (const name of ['sh', 'sed', 'stat', 'sleep', 'awk', 'printf']) {
    const path = run('sh', '-c', `command -v ${name} || :`);
    if (path.startsWith('/')) spawnSync('ln', ['-sf', path, join(folder, name)]);
  }
  return folder;
}
