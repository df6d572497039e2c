import { printable } from '../core/text.ts';
import type { Place, Places } from './stuck-places.ts';
import type { WaitKind } from './stuck-waits.ts';

/** How one kind of wait is told. `cause` is equal for equal causes on all hosts. */
export interface WaitWords {
  readonly cause: string;
  /** What the task waits for, before the name of the place. */
  readonly what: string;
}

/** The words of each kind. */
export const WAIT_WORDS: Readonly<Record<WaitKind, WaitWords>> = {
  paused: { cause: 'its control group is frozen, as of a paused container', what: 'its control group to be thawed' },
  vfork: { cause: 'it waits for its own child to start a program', what: 'its child' },
  frozen: { cause: 'a task in state D waits for a frozen file system', what: 'the frozen file system' },
  nfs: { cause: 'a task in state D waits for an NFS server', what: 'NFS' },
  ceph: { cause: 'a task in state D waits for Ceph', what: 'Ceph' },
  cifs: { cause: 'a task in state D waits for an SMB server', what: 'SMB' },
  fuse: { cause: 'a task in state D waits for a FUSE server', what: 'FUSE' },
  '9p': { cause: 'a task in state D waits for a 9p server', what: '9p' },
  lustre: { cause: 'a task in state D waits for Lustre', what: 'Lustre' },
  cluster: { cause: 'a task in state D waits for a cluster file system', what: 'a cluster file system' },
  network: { cause: 'a task in state D waits for a network device to go', what: 'a network device or its lock' },
  block: { cause: 'a task in state D waits for a block device', what: 'the storage below' },
  lock: { cause: 'a task in state D waits for a lock of the kernel', what: 'a lock that another task has' },
  unknown: { cause: 'a task in state D, which no signal ends', what: '' },
};

/** File systems that umount -f can let go of (umount(2): MNT_FORCE; elsewhere it does nothing, or harm). */
const FORCEABLE: ReadonlySet<WaitKind> = new Set(['nfs', 'ceph', 'cifs', 'fuse', '9p', 'lustre']);

/** A place by its name on the host, its type and its device. */
export function placeName({ mount, hostPoint, device }: Place): string {
  const mapper = device?.name.startsWith('mapper/') === true ? `/dev/${device.name}` : mount.source;
  return `${printable(hostPoint ?? mount.point)} (${mount.fstype} on ${printable(mapper)})`;
}

/** What to do about it; starts with a verb. */
export function remedyOf(kind: WaitKind, { proved, places }: Places, pid: number): string {
  const [place] = places;
  if (kind === 'paused') return 'Unpause the container (docker unpause) if nobody wants it paused.';
  if (kind === 'vfork') return 'Look at its child, which has neither started a program nor ended.';
  if (kind === 'network') return 'Find what still uses the network device; if nothing does, only a reboot frees it.';
  if (kind === 'lock') return 'Look at the other tasks in state D: one of them has the lock; if none does, reboot.';
  if (place === undefined)
    return 'Find out what it waits for by its kernel stack, and repair that; else only a reboot ends it.';
  const suspended = places.find(({ device }) => device?.suspended === true);
  if (suspended !== undefined && kind !== 'frozen')
    return `Let whoever suspended ${printable(suspended.device?.name ?? '')} resume it; if nobody does: dmsetup resume.`;
  if (kind === 'frozen') return thaw(place, proved, pid);
  const point = printable(place.hostPoint ?? place.mount.point);
  const which = proved ? placeName(place) : 'what it waits for';
  if (FORCEABLE.has(kind))
    return `Bring back the server of ${which}; if it is gone for good: umount -f ${point}, else reboot.`;
  return `Repair the storage of ${which}; if it does not come back, reboot.`;
}

/** Who froze a file system has a reason, and thaws it best; else anybody may, by any of its mounts (FITHAW of ioctl_fs(2)). */
function thaw(place: Place, proved: boolean, pid: number): string {
  const who = 'Find who froze it (a snapshot, a backup, a volume manager) and let that thaw it';
  if (!proved) return `${who}; the evidence names what it may be, and fsfreeze -u thaws it.`;
  const { hostPoint, mount } = place;
  if (hostPoint !== undefined) return `${who}; if nobody does: fsfreeze -u ${printable(hostPoint)} on the host.`;
  return `${who}; if nobody does: fsfreeze -u ${printable(mount.point)} in the mount namespace of process ${pid}.`;
}

/** What must not be done, and why. */
export function avoidOf(kind: WaitKind, { places }: Places, isContainer: boolean): readonly string[] {
  if (kind === 'paused' || kind === 'vfork') return [];
  const [place] = places;
  const again =
    'Stop, kill or remove the container again: no signal reaches the task, and each try leaves one more behind in the daemon.';
  const lazy = 'Unmount lazily (umount -l): that only hides the mount, and frees nothing.';
  const touch = `Run df, stat or ls on ${printable(place?.hostPoint ?? place?.mount.point ?? '')}: they may wait beside it.`;
  const isRemote = FORCEABLE.has(kind) || kind === 'block' || kind === 'cluster';
  return [
    ...(isContainer ? [again] : []),
    ...(place === undefined ? [] : [lazy]),
    ...(place !== undefined && isRemote ? [touch] : []),
  ];
}
