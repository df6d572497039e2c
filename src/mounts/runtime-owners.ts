import { pathOf } from './host-path.ts';
import type { MountEntry, MountView } from './model.ts';
import type { Placed } from './propagation.ts';
import {
  pinnedNetwork,
  plainRoot,
  type RuntimeLayer,
  type RuntimeName,
  type RuntimePlace,
  runtimeLayer,
  runtimePlace,
} from './runtime-places.ts';
import { type MountTree, treesOf } from './tree.ts';

/** A container of another runtime than Docker, or what is left of one, as the mount tables of the host know it. */
export interface RuntimeOwner {
  /** Equal for the same container. */
  readonly key: string;
  readonly kind: RuntimeName | 'netns';
  /** Where the runtime keeps it, as the host calls it; undefined if that is not to be seen on the host: it belongs to a runtime within a container. */
  readonly root: string | undefined;
  /** Namespace of containerd, or empty. */
  readonly namespace: string;
  /** Of the container; undefined if only its layer is known. Of a network namespace: its inode. */
  readonly id: string | undefined;
  readonly layer: RuntimeLayer | undefined;
  /** Every mount of its file systems in any namespace. */
  readonly mounts: readonly Placed[];
  /** Those of them that the namespace of PID 1 has. */
  readonly onHost: readonly MountEntry[];
  /** Its file systems, major:minor; empty for a network namespace, whose number says nothing. */
  readonly devices: readonly string[];
  /** Something lives on it: it is the root of a namespace, its memory is in use there, or a task is in its cgroup. */
  readonly used: boolean;
}

interface Draft {
  readonly key: string;
  readonly kind: RuntimeOwner['kind'];
  readonly place?: RuntimePlace;
  readonly root: string | undefined;
  readonly id: string | undefined;
  layer: RuntimeLayer | undefined;
  readonly devices: Set<string>;
  readonly mounts: Placed[];
}

/** All of them, in the order of their keys; what Docker owns (`taken`, by device) is left to Docker. */
export function runtimeOwners(
  view: MountView,
  taken: ReadonlySet<string> = new Set(),
  trees: readonly MountTree[] = treesOf(view),
): readonly RuntimeOwner[] {
  const host = trees.find(({ namespace }) => namespace.inode === view.hostNamespace);
  const drafts = new Map<string, Draft>();
  const byDevice = new Map<string, Draft>();
  // Places before layers: a place names the container.
  for (const find of [atPlace, byLayer]) {
    for (const tree of trees) {
      for (const mount of tree.mounts) {
        if (taken.has(mount.device) || byDevice.has(mount.device)) continue;
        const found = find({ tree, mount }, host);
        if (found === undefined) continue;
        const draft = drafts.get(found.key) ?? found;
        drafts.set(found.key, draft);
        draft.layer ??= runtimeLayer(mount);
        draft.devices.add(mount.device);
        byDevice.set(mount.device, draft);
      }
    }
  }
  for (const tree of trees) {
    for (const mount of tree.mounts) {
      byDevice.get(mount.device)?.mounts.push({ tree, mount });
      const network = pinnedNetwork(mount);
      if (network !== undefined) networkDraft(drafts, network).mounts.push({ tree, mount });
    }
  }
  const tasks = new Set(view.namespaces.flatMap((each) => each.tasks.flatMap((task) => task.containerId ?? [])));
  return [...drafts.values()].sort(byKey).map((draft) => ownerOf(draft, view, tasks, host));
}

/** By the place that it is mounted at, or by the directory below it where a bind hides what comes before. */
function atPlace({ tree, mount }: Placed, host: MountTree | undefined): Draft | undefined {
  if (!/^(?:overlay|tmpfs|fuse-overlayfs|fuse\.fuse-overlayfs)$/.test(mount.fstype) || mount.root !== '/') return;
  const named = runtimePlace(mount.point) ?? seatPlace(tree, mount);
  if (named === undefined) return undefined;
  const seat = tree.dentryOf(mount);
  const path = tree === host ? mount.point : host === undefined || seat === undefined ? undefined : pathOf(host, seat);
  const place = path === undefined ? undefined : runtimePlace(path);
  const root = place === undefined ? undefined : plainRoot(place.root);
  const { runtime, namespace, id } = place ?? named;
  const key = [runtime, root ?? `nested ${tree.namespace.inode}`, namespace, id].join(' ');
  return { key, kind: runtime, place: place ?? named, root, id, layer: undefined, devices: new Set(), mounts: [] };
}

function seatPlace(tree: MountTree, mount: Placed['mount']): RuntimePlace | undefined {
  if ((tree.parentOf(mount)?.root ?? '/') === '/') return undefined;
  const path = tree.dentryOf(mount)?.path;
  return path === undefined ? undefined : runtimePlace(path);
}

/** By what it writes to: a copy that was bound elsewhere has no other name. */
function byLayer({ mount }: Placed): Draft | undefined {
  const layer = runtimeLayer(mount);
  if (layer === undefined) return undefined;
  const key = [layer.runtime, layer.root, 'layer', layer.layer].join(' ');
  const base = { key, kind: layer.runtime, root: plainRoot(layer.root), id: undefined };
  return { ...base, layer, devices: new Set(), mounts: [] };
}

function networkDraft(drafts: Map<string, Draft>, inode: number): Draft {
  const key = `netns ${inode}`;
  const base = { key, kind: 'netns', root: undefined, id: String(inode), layer: undefined } as const;
  const draft = drafts.get(key) ?? { ...base, devices: new Set<string>(), mounts: [] };
  drafts.set(key, draft);
  return draft;
}

function ownerOf(
  draft: Draft,
  _view: MountView,
  tasks: ReadonlySet<string>,
  host: MountTree | undefined,
): RuntimeOwner {
  const { key, kind, place, root, id, layer, mounts } = draft;
  const lives = ({ tree, mount }: Placed) =>
    tree !== host && tree.namespace.taskCount > 0 && (mount.point === '/' || mount.point === '/dev/shm');
  return {
    key,
    kind,
    root: isNested(draft, host) ? undefined : root,
    namespace: place?.namespace ?? '',
    id,
    layer,
    mounts,
    onHost: mounts.filter(({ tree }) => tree === host).map(({ mount }) => mount),
    devices: [...draft.devices],
    used: mounts.some(lives) || (id !== undefined && tasks.has(id)),
  };
}

/** A runtime within a container calls its directories as the host's does; but what it mounts there sits in the container. */
function isNested({ layer, mounts }: Draft, host: MountTree | undefined): boolean {
  if (layer?.runtime !== 'storage' || host === undefined) return false;
  const place = `${layer.directory}/merged`;
  return mounts.some(({ tree, mount }) => {
    const seat = mount.point === place ? tree.dentryOf(mount) : undefined;
    return seat !== undefined && pathOf(host, seat) !== place;
  });
}

function byKey(a: Draft, b: Draft): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
