import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bystander, checkBystanders } from '../../../src/programs/check-bystanders.ts';
import { findContainerTasks } from '../../../src/programs/find-container-tasks.ts';
import { findObstacles } from '../../../src/programs/find-obstacles.ts';
import { describeOpeners, findOpeners } from '../../../src/programs/find-openers.ts';
import { findStuckTasks } from '../../../src/programs/find-stuck-tasks.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';
import { Bed, namespaceOf } from '../scan/bed.ts';
import { startTimeOf, tableOf } from './witness.ts';

const able = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;
if (!able) console.warn('LEFT OUT: looking at bystanders and obstacles needs root and mount namespaces of Linux');

describe.skipIf(!able).each(shellKinds())('what lives beside a step, under $name', (shell) => {
  const host = new ShellHost(shell);
  let bed: Bed;
  beforeAll(() => {
    bed = new Bed();
  });
  afterAll(() => bed.close());

  it('sees each way in which a bystander may have been harmed, and none in one that lives', async () => {
    const child = spawn('sleep', ['300'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const here: Bystander = {
      containerId: 'x',
      name: 'web',
      pid,
      startTime: startTimeOf(pid),
      namespace: namespaceOf(pid) ?? 0,
      rootDevice: tableOf(pid).findLast((mount) => mount.point === '/')?.device ?? '',
    };
    const harmed = async (...list: readonly Bystander[]) => {
      const check = await checkBystanders(host, list);
      if (check.kind !== 'known') throw check.error;
      return check.harmed;
    };
    expect(await harmed(here, { ...here, name: 'twin' })).toEqual([]);
    expect(await harmed({ ...here, startTime: '1' })).toEqual([{ name: 'web', what: 'gone' }]);
    expect(await harmed({ ...here, namespace: 1 })).toEqual([{ name: 'web', what: 'namespace' }]);
    expect(await harmed({ ...here, rootDevice: '0:0' })).toEqual([{ name: 'web', what: 'root' }]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await harmed(here)).toEqual([{ name: 'web', what: 'gone' }]);
    expect(await harmed()).toEqual([]);
  });

  it('names a task that no signal ends, at its second sample, and none that only sleeps', async () => {
    const binary = join(bed.folder('stuck'), 'waits-in-d');
    // The parent of a vfork(2) waits in state D until the child execs or exits.
    const source = '#include <unistd.h>\nint main(void) { if (vfork() == 0) { sleep(300); _exit(0); } return 0; }\n';
    if (spawnSync('cc', ['-x', 'c', '-o', binary, '-'], { input: source }).status !== 0) {
      console.warn('LEFT OUT: there is no C compiler, so no task in state D');
      return;
    }
    const child = spawn(binary, { stdio: 'ignore', detached: true });
    const sleeper = spawn('sleep', ['300'], { stdio: 'ignore' });
    const found = await findStuckTasks(host);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    sleeper.kill('SIGKILL');
    if (found.kind !== 'known') throw found.error;
    expect(found.tasks.filter((task) => task.pid === child.pid)).toMatchObject([
      { tid: child.pid, command: 'waits-in-d' },
    ]);
    expect(found.tasks.some((task) => task.pid === sleeper.pid)).toBe(false);
  });

  it('names each task of a container once, by its cgroup, also in threads and whatever the cgroup is called', async () => {
    const [one, two, none] = ['1', '2', '3'].map((digit) => digit.repeat(64));
    const children = [spawn('sleep', ['300'], { stdio: 'ignore' }), spawn('sleep', ['300'], { stdio: 'ignore' })];
    const [first, second] = children.map((child) => child.pid ?? 0);
    const file = (name: string, text: string) => {
      const path = join(bed.folder('cgroups'), name);
      writeFileSync(path, text);
      return path;
    };
    const v1 = file('v1', `9:pids:/docker/${one}\n8:cpu:/docker/${one}\n`);
    const v2 = file('v2', `0::/system.slice/docker-${two}.scope\n`);
    const setUp = `mount --bind ${v1} /proc/${first}/task/${first}/cgroup; mount --bind ${v2} /proc/${second}/task/${second}/cgroup; exec "$@"`;
    const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', setUp, 'sh', ...shell.command];
    const answer = await findContainerTasks(new ShellHost({ ...shell, command }), [one ?? '', two ?? '', none ?? '']);
    for (const child of children) child.kill('SIGKILL');
    if (answer.kind !== 'known') throw answer.error;
    const found = answer.tasks.map((task) => [task.containerId, task.tid, task.command, task.state]);
    expect(found.sort()).toEqual([
      [one, first, 'sleep', 'S'],
      [two, second, 'sleep', 'S'],
    ]);
  });

  it('does not take a look that could not be done for one that found nobody', async () => {
    const tools = bed.folder('tools');
    const blind = new ShellHost({ ...shell, path: `${tools}:${shell.path}` });
    const stub = (name: string, code: number) =>
      writeFileSync(join(tools, name), `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
    const asked = { namespace: namespaceOf(process.pid) ?? 0, point: '/nowhere', device: '0:0', ids: [1] };
    const nobody = await findOpeners(blind, asked);
    expect(nobody).toEqual({ kind: 'known', openers: [], more: 0, partial: [] });
    expect(await findContainerTasks(blind, ['4'.repeat(64)])).toEqual({ kind: 'known', tasks: [] });
    // This shell takes its own applets before those of PATH: there is no way to take a tool from it.
    if (shell.name === 'busybox') return;
    // A kernel before 3.15 has no mnt_id in fdinfo.
    stub('grep', 1);
    const unseen = await findOpeners(blind, asked);
    expect(unseen).toMatchObject({ partial: ['fd'] });
    if (unseen.kind === 'known') expect(describeOpeners(unseen)).toContain('open files');
    if (nobody.kind === 'known') expect(describeOpeners(nobody)).toBe('');
    stub('xargs', 127);
    expect((await findContainerTasks(blind, ['4'.repeat(64)])).kind).toBe('unknown');
  });

  it('names immutable files and directories that are missing', async () => {
    const folder = bed.folder('layer');
    mkdirSync(join(folder, 'deep er'), { recursive: true });
    const file = join(folder, 'deep er', 'keep it');
    writeFileSync(file, '');
    const look = async () => {
      const answer = await findObstacles(host, [folder, join(folder, 'nowhere')]);
      if (answer.kind !== 'known') throw answer.error;
      return answer.obstacles;
    };
    expect(await look()).toMatchObject({ immutable: [], missing: [join(folder, 'nowhere')] });
    if (spawnSync('chattr', ['+i', file]).status !== 0) return;
    const found = await look().finally(() => spawnSync('chattr', ['-i', file]));
    if (found.partial.includes('immutable')) expect(found.immutable).toEqual([]);
    else expect(found.immutable).toEqual([file]);
  });
});
