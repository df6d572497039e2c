import { pathOf } from './host-path.ts';
import { type KubeletPlace, kubeletPlace } from './kubelet-places.ts';
import type { MountEntry, MountView } from './model.ts';
import { isWithin } from './paths.ts';
import { type MountTree, treesOf } from './tree.ts';

/** A mount of the kubelet's in one namespace. */
export interface KubeletMount {
  readonly place: KubeletPlace;
  readonly namespace: number;
  readonly mount: MountEntry;
  readonly tree: MountTree;
  /** True in the namespace of PID 1. */
  readonly onHost: boolean;
  /** What the directory that it sits on is called on the host; undefined if that is not to be seen there. */
  readonly hostPath: string | undefined;
}

/**
 * Every mount of a kubelet's in any namespace, known by its place or by the directory that it sits on, so that a copy is found
 * whatever it is called. `roots` are the kubelet's root directories as the host names them; with none given all count, also
 * those of a cluster within a container.
 */
export function kubeletMounts(
  view: MountView,
  roots: readonly string[] = [],
  trees: readonly MountTree[] = treesOf(view),
): readonly KubeletMount[] {
  const host = trees.find(({ namespace }) => namespace.inode === view.hostNamespace);
  return trees.flatMap((tree) => {
    const found = tree.mounts.flatMap((mount): readonly KubeletMount[] => {
      const place = kubeletPlace(mount.point) ?? placeBySeat(tree, mount);
      if (place === undefined) return [];
      const seat = tree.dentryOf(mount);
      const hostPath = host === undefined || seat === undefined ? undefined : pathOf(host, seat);
      return [{ place, namespace: tree.namespace.inode, mount, tree, onHost: tree === host, hostPath }];
    });
    if (roots.length === 0) return found;
    const ours = found.filter(({ hostPath = '' }) => roots.some((root) => isWithin(hostPath, root)));
    const carriers = new Set(ours.map(({ mount }) => mount));
    // What lies on a volume sits in the volume, and has no name on the host once that is unmounted there.
    return found.filter(
      ({ mount }) => carriers.has(mount) || tree.ancestorsOf(mount).some((each) => carriers.has(each)),
    );
  });
}

/** The mounts of one pod, its subpaths before its volumes, as they must be released; what several pods share is not among them. */
export function mountsOfPod(view: MountView, uid: string, roots: readonly string[] = []): readonly KubeletMount[] {
  const own = kubeletMounts(view, roots).filter(({ place }) => place.podUid === uid);
  const subpaths = own.filter(({ place }) => place.kind === 'subpath');
  return [...subpaths, ...own.filter(({ place }) => place.kind !== 'subpath')];
}

/** A bind of a part of the kubelet's directory hides what comes before; the directory itself tells. */
function placeBySeat(tree: MountTree, mount: MountEntry): KubeletPlace | undefined {
  if ((tree.parentOf(mount)?.root ?? '/') === '/') return undefined;
  const path = tree.dentryOf(mount)?.path;
  return path === undefined ? undefined : kubeletPlace(path);
}
