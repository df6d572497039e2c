import type { MountEntry } from '../mounts/model.ts';
import { isWithin } from '../mounts/paths.ts';
import { type BlockDevice, HOST_TABLE, type StuckFacts, type StuckTask } from './stuck-facts.ts';
import type { Wait, WaitKind } from './stuck-waits.ts';

/** A file system that a task may wait for. */
export interface Place {
  /** As the task sees it. */
  readonly mount: MountEntry;
  /** Where the host's first process sees the same file system, if it does. */
  readonly hostPoint?: string;
  readonly device?: BlockDevice;
}

/** Where a task waits. `proved`: the file that its system call works on lies there; else the places are only those that it might be. */
export interface Places {
  readonly proved: boolean;
  readonly places: readonly Place[];
}

/** Types that can keep a task so; frozen: those that freeze (fsfreeze(8)). */
const TYPES: Partial<Readonly<Record<WaitKind, RegExp>>> = {
  frozen: /^(?:ext[234]|xfs|btrfs|f2fs|jfs|nilfs2|reiserfs|gfs2)$/,
  nfs: /^nfs4?$/,
  ceph: /^ceph$/,
  cifs: /^(?:cifs|smb3)$/,
  fuse: /^fuse/,
  '9p': /^9p$/,
  lustre: /^lustre$/,
  cluster: /^(?:gfs2|ocfs2)$/,
};

/**
 * System calls whose first argument is the file that they work on, by machine (arch/x86/entry/syscalls/syscall_64.tbl, and
 * include/uapi/asm-generic/unistd.h, which 64-bit ARM, RISC-V and LoongArch use): read, write, their vector and positioned
 * forms, fsync, fdatasync, ftruncate, fallocate, getdents, fstat, syncfs, fchmod, fchown, sendfile, and close, which may write back.
 */
const X86_64 = [0, 1, 3, 5, 17, 18, 19, 20, 40, 74, 75, 77, 78, 91, 93, 217, 277, 285, 295, 296, 306, 327, 328];
const GENERIC = [46, 47, 52, 55, 57, 61, 63, 64, 65, 66, 67, 68, 69, 70, 71, 80, 82, 83, 84, 267, 286, 287];
const FILE_CALLS: Readonly<Record<string, readonly number[]>> = {
  x86_64: X86_64,
  aarch64: GENERIC,
  riscv64: GENERIC,
  loongarch64: GENERIC,
};

/** The file system that a stuck task waits for where its system call proves it, else those of its mount table that it may be. */
export function placesOf(task: StuckTask, wait: Wait, facts: StuckFacts): Places {
  const table = task.table === undefined ? [] : (facts.tables.get(task.table) ?? []);
  const types = TYPES[wait.kind];
  const fits = (mount: MountEntry) =>
    types === undefined ? isOnBlockDevice(mount) && wait.kind === 'block' : types.test(mount.fstype);
  const file = workedOn(task, table, facts.machine);
  if (file !== undefined && fits(file)) return { proved: true, places: [placeOf(file, facts)] };
  const below = file?.fstype === 'overlay' ? upperOf(file, facts) : undefined;
  if (below !== undefined && fits(below)) return { proved: false, places: [placeOf(below, facts)] };
  const seen = new Map<string, MountEntry>();
  for (const mount of table)
    if (fits(mount) && mayWait(mount, wait) && !seen.has(mount.device)) seen.set(mount.device, mount);
  return { proved: false, places: [...seen.values()].map((mount) => placeOf(mount, facts)) };
}

/** The mount of the file that the task's system call works on. */
function workedOn(task: StuckTask, table: readonly MountEntry[], machine: string): MountEntry | undefined {
  const { call, mountId } = task;
  if (call?.fd === undefined || mountId === undefined) return undefined;
  if (FILE_CALLS[machine]?.includes(call.number) !== true) return undefined;
  return table.find((mount) => mount.id === mountId);
}

function isOnBlockDevice(mount: MountEntry): boolean {
  return !mount.device.startsWith('0:') || mount.fstype === 'btrfs';
}

/** Nobody writes to a file system that is read-only, so nobody waits for its thaw. */
function mayWait(mount: MountEntry, wait: Wait): boolean {
  return wait.kind !== 'frozen' || /^rw(?:,|$)/.test(mount.superOptions);
}

/** What holds the writable layer of an overlay, by the path that its options name: the host's mount that it lies deepest in. */
function upperOf(overlay: MountEntry, facts: StuckFacts): MountEntry | undefined {
  const upper = /(?:^|,)upperdir=([^,]*)/.exec(overlay.superOptions)?.[1];
  if (upper === undefined) return undefined;
  const around = (facts.tables.get(HOST_TABLE) ?? []).filter((mount) => isWithin(upper, mount.point));
  return around.reduce<MountEntry | undefined>(
    (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
    undefined,
  );
}

/** A mount of the whole file system tells more than one of a directory of it. */
function placeOf(mount: MountEntry, facts: StuckFacts): Place {
  const onHost = (facts.tables.get(HOST_TABLE) ?? []).filter((each) => each.device === mount.device);
  const host = onHost.find((each) => each.root === '/') ?? onHost[0];
  const device = facts.devices.find((each) => each.device === mount.device);
  return {
    mount,
    ...(host === undefined ? {} : { hostPoint: host.point }),
    ...(device === undefined ? {} : { device }),
  };
}
