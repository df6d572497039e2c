import type { LeakedMount } from '../../mounts/leak.ts';
import type { MountEntry, MountView } from '../../mounts/model.ts';
import { type Dentry, dentryUnder, type MountTree, sameDentry, treesOf } from '../../mounts/tree.ts';
import type { MountPointDirectory } from '../../programs/docker-records.ts';
import type { DirectoryWitness } from '../../programs/remove-mount-point.ts';
import { neverName } from './never.ts';
import type { DeadContainersParams } from './params.ts';
import type { MountKey, SweepState } from './state.ts';

/** A directory whose removal detaches mounts in other namespaces, and all of those mounts. */
export interface DetachPoint {
  readonly directory: MountPointDirectory;
  readonly namespace: number;
  readonly leaks: readonly LeakedMount[];
}

/**
 * Directories that may be removed: nothing is mounted on them in our namespace, and every mount that sits on them, in any
 * namespace, is a leak of one and the same file system without anything of others below it. The kernel is not selective: it detaches them all
 * (vfs_rmdir → detach_mounts, Linux 3.18 and later), and without propagation, so reach does not matter here.
 */
export function detachPoints(state: SweepState, params: DeadContainersParams): readonly DetachPoint[] {
  const { view, docker } = state;
  if (view === undefined || docker === undefined || view.unreadable.length > 0) return [];
  const trees = treesOf(view);
  const own = trees.find((tree) => tree.namespace.inode === view.ownNamespace);
  const byMount = new Map(state.leaks.leaks.map((leak) => [leak.mount, leak]));
  return docker.directories.flatMap((directory) => {
    const dentry = own === undefined ? undefined : dentryAt(own, directory.path);
    if (dentry === undefined) return [];
    const seated = trees.flatMap((tree) => tree.mounts.filter((mount) => sits(tree, mount, dentry)));
    const leaks = seated.flatMap((mount) => byMount.get(mount) ?? []);
    const same = leaks.every(
      ({ mount }) => mount.device === leaks[0]?.mount.device && mount.root === leaks[0]?.mount.root,
    );
    const selective = leaks.length === seated.length && same && leaks.every((leak) => isAlone(state, leak, params));
    const memory = leaks.some((leak) => carriesLastMemory(trees, byMount, leak));
    return leaks.length > 0 && selective && !memory ? [{ directory, namespace: view.ownNamespace, leaks }] : [];
  });
}

/**
 * Why a directory must stay after all, from a view of every table of the host; undefined if nothing but the mounts that
 * are meant sits on it. The plan knows only the tables that name the container.
 */
export function detachObstacle(
  view: MountView,
  { path, namespace }: DirectoryWitness,
  covers: readonly MountKey[],
): string | undefined {
  const [gap] = view.unreadable;
  if (gap !== undefined) return `process ${gap.pid}, which could not be looked at: ${gap.why}`;
  const trees = treesOf(view);
  const own = trees.find((tree) => tree.namespace.inode === namespace);
  const dentry = own === undefined ? undefined : dentryAt(own, path);
  if (dentry === undefined) return 'another path to the directory';
  const meant = new Set(covers.map((each) => `${each.namespace}:${each.id}:${each.device}`));
  for (const tree of trees) {
    const other = tree.mounts.find(
      (mount) => sits(tree, mount, dentry) && !meant.has(`${tree.namespace.inode}:${mount.id}:${mount.device}`),
    );
    if (other !== undefined) return `another mount on it, ${other.point} in namespace ${tree.namespace.inode}`;
  }
  return undefined;
}

/** A mount on it, or on a directory that the removed one would take along; the directory is empty, so only itself counts. */
function sits(tree: MountTree, mount: MountEntry, dentry: Dentry): boolean {
  return sameDentry(tree.dentryOf(mount), dentry);
}

/** The directory that a path names in our own namespace; undefined if it is not to be seen there. */
function dentryAt(own: MountTree, path: string): Dentry | undefined {
  const covers = own.mounts.filter((mount) => mount.point === '/' || path.startsWith(`${mount.point}/`));
  const cover = covers.sort((a, b) => a.point.length - b.point.length || a.id - b.id).at(-1);
  // Where another mount hides the cover, the path leads elsewhere.
  return cover === undefined || own.hidersOf(cover).length > 0 ? undefined : dentryUnder(cover, path);
}

/** File systems whose content is gone with their last mount. */
const MEMORY = /^(?:tmpfs|ramfs|overlay|hugetlbfs)$/;

/**
 * True if something lies on a leak whose content would be lost, in use or not, as rmdir asks nobody. An unmount of its own
 * comes first then: the kernel refuses that while it is in use.
 */
function carriesLastMemory(
  trees: readonly MountTree[],
  leaked: ReadonlyMap<MountEntry, LeakedMount>,
  leak: LeakedMount,
): boolean {
  const tree = trees.find((each) => each.namespace.inode === leak.namespace);
  const carried = tree?.descendantsOf(leak.mount).filter((mount) => MEMORY.test(mount.fstype)) ?? [];
  const stays = ({ device }: MountEntry) =>
    trees.some((each) => each.mounts.some((mount) => mount.device === device && !leaked.has(mount)));
  return carried.some((mount) => !stays(mount));
}

/** What a living container asked for as a volume of its own stays, whatever the directory is called here. */
function isAlone(state: SweepState, leak: LeakedMount, params: DeadContainersParams): boolean {
  return (
    leak.reach.ownVolume !== true &&
    leak.foreignBelow.length === 0 &&
    leak.stackedAbove.length === 0 &&
    leak.cause !== 'process-of-container' &&
    neverName(state, leak, params.never) === undefined
  );
}
