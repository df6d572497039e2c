import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { KnownDirectory } from '../../mounts/detach-points.ts';
import { pathOf } from '../../mounts/host-path.ts';
import { kubeletPlace } from '../../mounts/kubelet-places.ts';
import type { MountEntry, MountView } from '../../mounts/model.ts';
import { isWithin } from '../../mounts/paths.ts';
import { runtimePlace } from '../../mounts/runtime-places.ts';
import { type MountTree, treesOf } from '../../mounts/tree.ts';
import { statPaths } from '../../programs/stat-paths.ts';
import type { AskedMount } from './state.ts';

/** Directories that could be looked at, or why nothing may be said of them. */
export type DirectoryLook =
  | { readonly kind: 'known'; readonly found: readonly KnownDirectory[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** File systems that answer from memory or from a local disk: only there is a directory looked at. */
const LOCAL = /^(?:ext[234]|xfs|btrfs|zfs|tmpfs|overlay|f2fs)$/;

/** How many directories are looked at; of more, the rest is unmounted. */
const MOST = 50;

/**
 * Directories of containers and pods that their mounts sit on and that nothing is mounted on here. A directory that a person
 * or a product made is not among them: removing it would take away more than the mount.
 */
export async function directoriesOf(
  host: Session,
  view: MountView,
  mounts: readonly AskedMount[],
): Promise<DirectoryLook> {
  const trees = treesOf(view);
  const own = trees.find(({ namespace }) => namespace.inode === view.ownNamespace);
  if (own === undefined) return { kind: 'known', found: [] };
  const paths = new Set<string>();
  for (const { leak, owner, guard } of mounts) {
    const tree = trees.find(({ namespace }) => namespace.inode === leak.namespace);
    const seat = tree?.dentryOf(leak.mount);
    const path = owner === undefined || guard !== undefined || seat === undefined ? undefined : pathOf(own, seat);
    if (path !== undefined && isRuntimeDirectory(path) && isFree(own, path)) paths.add(path);
  }
  const questions = [...paths].slice(0, MOST).map((path) => ({ path, follow: false, hash: false, names: false }));
  const looks = questions.length === 0 ? [] : await statPaths(host, questions);
  const found: KnownDirectory[] = [];
  for (const [index, look] of looks.entries()) {
    if (!look.ok) return { kind: 'unknown', error: look.error };
    if (look.found.type !== 'directory') continue;
    const [, , , inode, device] = look.found.witness.split(' ');
    found.push({ path: questions[index]?.path ?? '', identity: `${device}:${inode}` });
  }
  return { kind: 'known', found };
}

/**
 * True for a directory that a runtime or the kubelet makes for one mount and makes again when it needs it. Also what has ended
 * may be bound to a directory of somebody else's, and that is not ours to remove.
 */
export function isRuntimeDirectory(path: string): boolean {
  if (runtimePlace(path) !== undefined || kubeletPlace(path)?.podUid !== undefined) return true;
  return /\/overlay\/[0-9a-f]{64}\/merged$/.test(path);
}

/** Nothing is mounted on it, and what it lies on cannot hang. */
function isFree(own: MountTree, path: string): boolean {
  if (own.mounts.some(({ point }) => point === path)) return false;
  const covers = own.mounts.filter(({ point }) => isWithin(path, point));
  const cover: MountEntry | undefined = [...covers]
    .sort((a, b) => a.point.length - b.point.length || a.id - b.id)
    .at(-1);
  return cover !== undefined && LOCAL.test(cover.fstype);
}
