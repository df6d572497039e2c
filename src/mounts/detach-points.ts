import { dentryAt } from './host-path.ts';
import type { LeakedMount } from './leak.ts';
import type { MountEntry, MountView } from './model.ts';
import { type Dentry, type MountTree, sameDentry, treesOf } from './tree.ts';

/** A directory on the host, by path and st_dev:st_ino. */
export interface KnownDirectory {
  readonly path: string;
  readonly identity: string;
}

/** A directory whose removal detaches mounts in other namespaces, and all of those mounts. */
export interface DetachPoint {
  readonly directory: KnownDirectory;
  readonly namespace: number;
  readonly leaks: readonly LeakedMount[];
}

/** A mount by namespace and id: enough to find it again in a second look, together with its device. */
export interface MountKey {
  readonly namespace: number;
  readonly id: number;
  readonly device: string;
}

/**
 * Directories that may be removed: nothing is mounted on them in our namespace, and every mount that sits on them, in any
 * namespace, is a leak of one and the same file system without anything of others below it. The kernel is not selective: it detaches them all
 * (vfs_rmdir → detach_mounts, Linux 3.18 and later), and without propagation, so reach does not matter here.
 */
export function detachPoints(
  view: MountView,
  all: readonly LeakedMount[],
  directories: readonly KnownDirectory[],
  mayGo: (leak: LeakedMount) => boolean,
): readonly DetachPoint[] {
  if (view.unreadable.length > 0) return [];
  const trees = treesOf(view);
  const own = trees.find((tree) => tree.namespace.inode === view.ownNamespace);
  const byMount = new Map(all.map((leak) => [leak.mount, leak]));
  return directories.flatMap((directory) => {
    const dentry = own === undefined ? undefined : dentryAt(own, directory.path);
    if (dentry === undefined) return [];
    const seated = trees.flatMap((tree) => tree.mounts.filter((mount) => sits(tree, mount, dentry)));
    const leaks = seated.flatMap((mount) => byMount.get(mount) ?? []);
    const same = leaks.every(
      ({ mount }) => mount.device === leaks[0]?.mount.device && mount.root === leaks[0]?.mount.root,
    );
    const selective = leaks.length === seated.length && same && leaks.every(mayGo);
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
  { path, namespace }: { readonly path: string; readonly namespace: number },
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
