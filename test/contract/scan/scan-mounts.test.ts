import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MountNamespace, MountView } from '../../../src/mounts/model.ts';
import { type ScanRequest, scanMounts } from '../../../src/programs/scan-mounts.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { ShellHost } from '../../support/shell-host.ts';
import type { ShellKind } from '../../support/shells.ts';
import { awkKinds } from './awk-kinds.ts';
import { Bed, compileOddTask, namespaceOf, truth } from './bed.ts';

const hex = (start: string) => start + 'e'.repeat(64 - start.length);
const PLAIN = hex('1');
const THREAD = hex('2');
const ZOMBIE = hex('3');
const PINNED = hex('4');
const JAIL = hex('5');
const NASTY = hex('6');
const LAYER = hex('7');
const NAMED = hex('8');
const OPEN = hex('9');
const ALL_JAILED = hex('0');

async function scan(kind: ShellKind, request: ScanRequest): Promise<MountView> {
  const result = await scanMounts(new ShellHost(kind), request);
  if (result.kind === 'unknown') throw result.error;
  return result.view;
}

/** Namespaces of the view with the ids of mounts that have the word as a component. */
function found(view: MountView, word: string): ReadonlyMap<number, ReadonlySet<number>> {
  const all = view.namespaces.map((each) => {
    const ids = (each.mounts ?? []).filter((mount) => mount.point.split('/').includes(word)).map((mount) => mount.id);
    return [each.inode, new Set(ids)] as const;
  });
  return new Map(all.filter(([, ids]) => ids.size > 0));
}

function holding(view: MountView, word: string): readonly MountNamespace[] {
  const inodes = found(view, word);
  return view.namespaces.filter((each) => inodes.has(each.inode));
}

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('scan-mounts on real namespaces (needs root)', () => {
  const bed = new Bed();
  const oddTask = isRoot ? compileOddTask(bed.directory) : undefined;
  const pids = new Map<string, number>();
  beforeAll(async () => {
    const mount = (token: string) => `mount -t tmpfs shm ${bed.folder(token, 'merged')}`;
    const stay = 'echo ready; exec sleep 1000';
    pids.set(PLAIN, await bed.hold(`${mount(PLAIN)}; ${stay}`));
    pids.set(JAIL, await bed.hold(`${mount(JAIL)}; sleep 1000 & sleep 0.2; ${chrooted(bed)}`));
    pids.set(ALL_JAILED, await bed.hold(`${mount(ALL_JAILED)}; ${chrooted(bed)}`));
    pids.set(PINNED, await bed.hold(pinning(bed, mount(PINNED), stay)));
    pids.set(OPEN, await bed.hold(opening(bed, mount(OPEN), stay)));
    const layer = `lowerdir=${bed.folder('l')},upperdir=up/${LAYER}/diff,workdir=up/${LAYER}/work`;
    const up = `cd ${bed.directory}; mkdir -p up elsewhere; mount -t tmpfs up up; mkdir -p up/${LAYER}/diff up/${LAYER}/work`;
    pids.set(LAYER, await bed.hold(`${up}; mount -t overlay overlay -o ${layer} elsewhere; cd /; ${stay}`));
    pids.set(NASTY, await bed.hold(nasty(bed, stay)));
    if (oddTask === undefined) return;
    pids.set(THREAD, await bed.hold(`${mount(THREAD)}; exec ${oddTask} thread`));
    pids.set(ZOMBIE, await bed.hold(`${mount(ZOMBIE)}; exec ${oddTask} zombie`));
    pids.set(NAMED, await bed.hold(`${mount(NAMED)}; exec ${oddTask} name 'a) b (\n\\'`));
  });
  afterAll(() => bed.close());

  for (const kind of awkKinds()) {
    describe(kind.name, () => {
      it('finds what a token names, exactly, and nothing by a part of it', async () => {
        const view = await scan(kind, { tokens: [PLAIN] });
        expect(truth(PLAIN).size).toBe(1);
        expect(found(view, PLAIN)).toEqual(truth(PLAIN));
        const part = await scan(kind, { tokens: [`${PLAIN}e`, PLAIN.slice(1), PLAIN.slice(0, 63)] });
        expect(found(part, PLAIN)).toEqual(new Map());
        expect(part.namespaces.map((each) => each.inode)).toContain(namespaceOf(pids.get(PLAIN)));
      });

      it('sees names of any bytes', async () => {
        const view = await scan(kind, { tokens: [NASTY] });
        const points = holding(view, NASTY).flatMap((each) => each.mounts?.map((mount) => mount.point) ?? []);
        for (const name of NASTY_NAMES) expect(points).toContain(`${bed.directory}/${NASTY}/${name}`);
      });

      it('finds the namespace of a thread, and the task that lives in it', async () => {
        if (oddTask === undefined) return expect('a C compiler').toBe('missing, so that no thread can be placed');
        const both = holding(await scan(kind, { tokens: [THREAD] }), THREAD);
        const [leader, thread] = [...both].sort(byTasks);
        expect(leader?.tasks[0]).toMatchObject({ pid: pids.get(THREAD), tid: pids.get(THREAD) });
        expect(thread?.tasks[0]).toMatchObject({ pid: pids.get(THREAD), command: 'odd-task' });
        expect(thread?.tasks[0]?.tid).not.toBe(pids.get(THREAD));
        expect(thread?.inode).not.toBe(leader?.inode);
      });

      it('finds the namespace of a thread whose leader is a zombie', async () => {
        if (oddTask === undefined) return expect('a C compiler').toBe('missing, so that no zombie can be made');
        const view = await scan(kind, { tokens: [ZOMBIE] });
        expect(holding(view, ZOMBIE).map((each) => each.tasks[0]?.pid)).toEqual([pids.get(ZOMBIE)]);
        expect(view.unreadable.filter((each) => each.pid === pids.get(ZOMBIE))).toEqual([]);
      });

      it('reads a command that looks like the fields after it', async () => {
        if (oddTask === undefined) return expect('a C compiler').toBe('missing, so that no process can be named');
        const [namespace] = holding(await scan(kind, { tokens: [NAMED] }), NAMED);
        expect(namespace?.tasks[0]).toMatchObject({ pid: pids.get(NAMED), command: 'a) b (\n\\' });
        expect(namespace?.tasks[0]?.startTime).toMatch(/^\d+$/);
        expect(namespace?.tasks[0]?.executable).toBe(oddTask);
      });

      it('enters a namespace that only a file keeps', async () => {
        const view = await scan(kind, { tokens: [PINNED] });
        const pinned = holding(view, PINNED).find((each) => each.taskCount === 0);
        expect(pinned?.pins).toEqual([`/proc/${pids.get(PINNED)}/root${bed.directory}/pins/pin of\n'it'`]);
        const points = pinned?.mounts?.map((mount) => mount.point);
        expect(points).toContain(`${bed.directory}/${PINNED}/merged`);
      });

      it('finds a namespace that only an open file keeps, if that is asked for', async () => {
        const without = await scan(kind, { tokens: [OPEN] });
        expect(holding(without, OPEN)).toEqual([]);
        const [kept] = holding(await scan(kind, { tokens: [OPEN], openFiles: true }), OPEN);
        expect(kept).toMatchObject({ taskCount: 0, pins: [`/proc/${pids.get(OPEN)}/fd/9`] });
      });

      it('does not take the view of a chrooted process for that of its namespace', async () => {
        const view = await scan(kind, { tokens: [JAIL] });
        const [namespace] = holding(view, JAIL);
        expect(namespace).toMatchObject({ chrooted: false, inode: namespaceOf(pids.get(JAIL)) });
        expect(namespace?.tasks[0]).toMatchObject({ pid: pids.get(JAIL), command: 'busybox' });
      });

      it('enters a namespace in which all live in a chroot', async () => {
        const view = await scan(kind, { tokens: [ALL_JAILED] });
        const [namespace] = holding(view, ALL_JAILED);
        expect(namespace).toMatchObject({ chrooted: false, taskCount: 1, inode: namespaceOf(pids.get(ALL_JAILED)) });
        expect(namespace?.mounts?.map((mount) => mount.id).sort()).toEqual(idsInside(pids.get(ALL_JAILED)));
        expect(namespace?.tasks[0]?.pid).toBe(pids.get(ALL_JAILED));
      });

      it('finds a layer that is mounted where no name tells it', async () => {
        const view = await scan(kind, { tokens: [LAYER] });
        const mounts = view.namespaces.find((each) => each.inode === namespaceOf(pids.get(LAYER)))?.mounts;
        expect(mounts?.find((mount) => mount.point === `${bed.directory}/elsewhere`)?.superOptions).toContain(LAYER);
      });

      it('finds by path and by device', async () => {
        const path = `${bed.directory}/${PLAIN}/merged`;
        const byPath = await scan(kind, { paths: [path] });
        const inode = namespaceOf(pids.get(PLAIN)) ?? 0;
        const mount = byPath.namespaces
          .find((each) => each.inode === inode)
          ?.mounts?.find((each) => each.point === path);
        expect(mount).toBeDefined();
        const byDevice = await scan(kind, { devices: [mount?.device ?? ''] });
        const shown = byDevice.namespaces.filter((each) => each.mounts?.some((one) => one.device === mount?.device));
        expect(shown.map((each) => each.inode)).toEqual([inode]);
        expect(byDevice.namespaces.find((each) => each.inode === namespaceOf(pids.get(JAIL)))?.mounts).toBeUndefined();
      });

      it('gives the tables that are asked for by pid, all of them on demand, and the host', async () => {
        const pid = pids.get(PLAIN) ?? 0;
        const view = await scan(kind, { pids: [pid] });
        expect(found(view, PLAIN)).toEqual(truth(PLAIN));
        expect(view.namespaces.find((each) => each.inode === view.hostNamespace)?.mounts?.length).toBeGreaterThan(3);
        expect(view.ownNamespace).toBe(namespaceOf(process.pid));
        const all = await scan(kind, { all: true });
        for (const each of [PLAIN, LAYER, NASTY]) {
          expect(
            all.namespaces.find((one) => one.inode === namespaceOf(pids.get(each)))?.mounts?.length,
          ).toBeGreaterThan(3);
        }
      });
    });
  }
});

/** Ids of the mounts that one sees from the root of the namespace of a process, which nsenter goes to. */
function idsInside(pid: number | undefined): readonly number[] {
  const text = execFileSync('nsenter', [`--mount=/proc/${pid}/ns/mnt`, 'cat', '/proc/self/mountinfo'], {
    encoding: 'utf8',
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(line.split(' ')[0]))
    .sort();
}

function byTasks(a: MountNamespace, b: MountNamespace): number {
  return (a.tasks[0]?.tid ?? 0) - (b.tasks[0]?.tid ?? 0);
}

/** Shell words after which the process lives in a chroot, and so sees nothing of what is mounted outside. */
function chrooted(bed: Bed): string {
  const jail = bed.folder('jail');
  return `[ -e ${jail}/busybox ] || cp "$(command -v busybox)" ${jail}/busybox; echo ready; exec chroot ${jail} /busybox sleep 1000`;
}

/**
 * A namespace that is bound to a file and then left by its only process; unshare --mount=FILE may bind it too early.
 * The kernel lets a namespace be bound only in one with a lower number; where each processor numbers by itself, one of
 * them has given a higher one.
 */
function pinning(bed: Bed, mount: string, stay: string): string {
  const pins = bed.folder('pins');
  const pin = `"${pins}/pin of\n'it'"`;
  return `mount --bind ${pins} ${pins}; mount --make-private ${pins}; : > ${pin}
    for processor in $(seq 0 $(($(nproc) - 1))) $(seq 0 $(($(nproc) - 1))); do
      rm -f ${pins}/up; bound=
      taskset -c $processor unshare --mount --propagation private sh -ec '${mount}; : > ${pins}/up; exec sleep 1000' & inside=$!
      until [ -e ${pins}/up ]; do sleep 0.05; done
      mount --bind /proc/$inside/ns/mnt ${pin} && bound=yes || :
      kill -9 $inside; wait $inside || :
      [ -z "$bound" ] || break
    done
    [ -n "$bound" ]
    ${stay}`;
}

/** A namespace that is left by its only process while another has it open as file 9. */
function opening(bed: Bed, mount: string, stay: string): string {
  const up = `${bed.folder('open')}/up`;
  return `unshare --mount --propagation private sh -ec '${mount}; : > ${up}; exec sleep 1000' & inside=$!
    until [ -e ${up} ]; do sleep 0.05; done
    exec 9</proc/$inside/ns/mnt; kill -9 $inside; wait $inside || :
    ${stay}`;
}

function nasty(bed: Bed, stay: string): string {
  const top = bed.folder(NASTY);
  const places = NASTY_NAMES.map((name) => `'${`${top}/${name}`.replaceAll("'", "'\\''")}'`);
  return `${places.map((place) => `mkdir ${place} 2>/dev/null || [ -d ${place} ]; mount -t tmpfs x ${place}`).join('\n')}\n${stay}`;
}
