import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StuckTask } from '../../../src/diagnosis/stuck-facts.ts';
import { placesOf } from '../../../src/diagnosis/stuck-places.ts';
import { stuckFindings } from '../../../src/diagnosis/stuck-verdicts.ts';
import { waitOf } from '../../../src/diagnosis/stuck-waits.ts';
import { findStuckTasks } from '../../../src/programs/find-stuck-tasks.ts';
import { type FrozenDisk, noFrozenDisk, plantFrozenDisk, stateOf, until } from '../../support/frozen-disk.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { awkKinds } from '../scan/awk-kinds.ts';
import { Bed } from '../scan/bed.ts';

const lacking = noFrozenDisk();
if (lacking !== undefined) console.warn(`LEFT OUT: tasks in state D: ${lacking}`);

/** A control group of the v1 freezer that processes of this test may be put into; undefined where there is none. */
function newFreezer(): string | undefined {
  const folder = `/sys/fs/cgroup/freezer/unbusy-test-${process.pid}`;
  try {
    mkdirSync(folder);
    return folder;
  } catch {
    console.warn('LEFT OUT: paused tasks: there is no freezer of cgroup v1 to write to');
    return undefined;
  }
}

/** State of the thread that a process has besides its leader. */
function threadOf(pid: string): string {
  try {
    const thread = readdirSync(`/proc/${pid}/task`).find((tid) => tid !== pid) ?? '';
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

const NO_CONTEXT = { names: new Map<string, string>(), logOf: () => [] };

async function look(host: ShellHost) {
  const found = await findStuckTasks(host);
  if (found.kind !== 'known') throw found.error;
  return found;
}

describe.skipIf(lacking !== undefined)('tasks that wait for a frozen file system', () => {
  let disk: FrozenDisk;
  beforeAll(async () => {
    disk = await plantFrozenDisk();
  });
  afterAll(() => disk?.close());

  it.each(awkKinds())('are told with their stack, the file system and its device, under $name', async (shell) => {
    const facts = await look(new ShellHost(shell));
    expect(facts.partial).toBe(false);
    const task = facts.tasks.find(({ pid }) => pid === disk.pid);
    if (task === undefined) throw new Error('the writer was not found');
    expect(task).toMatchObject({ tid: disk.pid, command: 'sh', killed: false, kernelThread: false, call: { fd: 1 } });
    expect(task.stack).toContain('vfs_write');
    expect(task.blockedMs).toBeGreaterThanOrEqual(facts.sampleMs);
    const wait = waitOf(task);
    expect(wait).toEqual({ kind: 'frozen', sure: true });
    const { proved, places } = placesOf(task, wait, facts);
    expect(proved).toBe(true);
    expect(places).toMatchObject([
      { mount: { point: disk.point, fstype: 'ext4', source: disk.device }, device: { backing: disk.image } },
    ]);
    expect(stateOf(disk.pid)).toBe('D');
  });

  it('are also those of a thread whose leader is gone, and one that creates a file proves only candidates', async () => {
    const bed = new Bed();
    const folder = bed.folder('thread');
    const binary = join(folder, 'late-writer');
    const source = `
      #include <fcntl.h>
      #include <pthread.h>
      #include <unistd.h>
      static char *path;
      static void *work(void *flags) {
        usleep(200000);
        int fd = open(path, (int)(long)flags, 0600);
        for (;;) if (write(fd, "x", 1) < 0) _exit(1);
      }
      int main(int count, char **words) {
        pthread_t thread;
        path = words[1];
        pthread_create(&thread, 0, work, (void *)(long)(O_WRONLY | O_APPEND | (count > 2 ? O_CREAT : 0)));
        pthread_exit(0);
      }`;
    writeFileSync(join(folder, 'late-writer.c'), source);
    if (spawnSync('cc', ['-pthread', '-o', binary, join(folder, 'late-writer.c')]).status !== 0) return;
    const within = ['-t', String(disk.pid), '-m', binary];
    const children = [
      spawn('nsenter', [...within, `${disk.point}/log`], { stdio: 'ignore' }),
      spawn('nsenter', [...within, `${disk.point}/new`, 'create'], { stdio: 'ignore' }),
    ];
    try {
      const [shell] = awkKinds();
      if (shell === undefined) throw new Error('no shell');
      await until(() => children.every(({ pid }) => threadOf(String(pid)) === 'D'));
      const facts = await look(new ShellHost(shell));
      const [writer, creator] = children.map(({ pid }) => facts.tasks.find((task) => task.pid === pid));
      if (writer === undefined || creator === undefined) throw new Error('a thread was not found');
      for (const task of [writer, creator]) expect(task.tid).not.toBe(task.pid);
      const places = (task: StuckTask) => placesOf(task, waitOf(task), facts);
      expect(places(writer)).toMatchObject({ proved: true, places: [{ mount: { point: disk.point } }] });
      expect(places(creator).proved).toBe(false);
      expect(places(creator).places.map(({ mount }) => mount.point)).toContain(disk.point);
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await bed.close();
    }
  });

  it('have a pending SIGKILL told, and are told no more once the file system is thawed', async () => {
    const [shell] = awkKinds();
    if (shell === undefined) throw new Error('no shell');
    const host = new ShellHost(shell);
    process.kill(disk.pid, 'SIGKILL');
    const before = await look(host);
    const [verdict] = stuckFindings(
      { ...before, tasks: before.tasks.filter(({ pid }) => pid === disk.pid) },
      NO_CONTEXT,
    );
    expect(verdict).toMatchObject({ severity: 'critical', cause: 'a task in state D waits for a frozen file system' });
    expect(verdict?.title).toContain(disk.point);
    expect(verdict?.remedy).toContain(`fsfreeze -u ${disk.point} in the mount namespace of process ${disk.pid}`);
    disk.thaw();
    await disk.ended();
    const after = await look(host);
    expect(after.tasks.filter(({ pid }) => pid === disk.pid)).toEqual([]);
  });
});

describe.skipIf(lacking !== undefined).each(awkKinds())('tasks in state D, under $name', (shell) => {
  const host = new ShellHost(shell);
  const bed = new Bed();
  afterAll(() => bed.close());

  it('are told from those that are paused', async () => {
    const freezer = newFreezer();
    if (freezer === undefined) return;
    const children = Array.from({ length: 11 }, () => spawn('sleep', ['300'], { stdio: 'ignore' }));
    const pids = children.map(({ pid }) => pid ?? 0);
    try {
      for (const pid of pids) writeFileSync(join(freezer, 'cgroup.procs'), String(pid));
      writeFileSync(join(freezer, 'freezer.state'), 'FROZEN');
      await until(() => pids.every((pid) => stateOf(pid) === 'D'));
      const facts = await look(host);
      const tasks = facts.tasks.filter(({ pid }) => pids.includes(pid));
      // The others are alike, and only counted; one that was met on its way into the freezer is not alike.
      expect(tasks.length).toBeGreaterThanOrEqual(8);
      expect(tasks.length).toBeLessThan(pids.length);
      expect(tasks.length + facts.more).toBeGreaterThanOrEqual(pids.length);
      for (const task of tasks) {
        expect([task.paused, waitOf(task).kind]).toEqual(['yes', 'paused']);
        // Without what the control group says, its stack would be that of any sleeper.
        expect(waitOf({ ...task, paused: 'no', stack: ['hrtimer_nanosleep'] }).kind).toBe('unknown');
      }
    } finally {
      writeFileSync(join(freezer, 'freezer.state'), 'THAWED');
      for (const child of children) child.kill('SIGKILL');
      await until(() => pids.every((pid) => stateOf(pid) === ''));
      rmdirSync(freezer);
    }
  });

  it('are not those that make progress, nor those whose name looks like the state', async () => {
    const folder = bed.folder('tasks');
    // The parent of a vfork(2) waits in state D until the child execs or ends; this one does so again and again.
    const source = `
      #include <unistd.h>
      #include <sys/prctl.h>
      int main(int count, char **words) {
        if (count > 1) { prctl(PR_SET_NAME, ") D 1 (x"); for (;;) pause(); }
        for (;;) if (vfork() == 0) { usleep(200000); _exit(0); }
      }`;
    const binary = join(folder, 'restless');
    writeFileSync(join(folder, 'restless.c'), source);
    if (spawnSync('cc', ['-o', binary, join(folder, 'restless.c')]).status !== 0) return;
    const children = [
      spawn(binary, { stdio: 'ignore', detached: true }),
      spawn(binary, ['name'], { stdio: 'ignore', detached: true }),
    ];
    try {
      const facts = await look(host);
      const pids = children.map((child) => child.pid);
      expect(facts.tasks.filter(({ pid }) => pids.includes(pid))).toEqual([]);
    } finally {
      for (const child of children) process.kill(-(child.pid ?? 0), 'SIGKILL');
    }
  });
});
