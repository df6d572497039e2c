import { containerTarget, Identities, type Owner } from './identity.ts';
import type { LeakTarget } from './leak.ts';
import type { ContainerState, MountEntry, MountView } from './model.ts';
import { PeerGroups } from './propagation.ts';
import { type MountTree, treesOf } from './tree.ts';

/** What belongs to whom, table by table: the ground on which leaks, reach and copies are decided. */
export interface Survey {
  readonly view: MountView;
  readonly trees: readonly MountTree[];
  readonly groups: PeerGroups;
  readonly identities: Identities;
  readonly containers: readonly ContainerState[];
  /** Mounts that should be gone, by the target that they belong to. */
  readonly leaked: ReadonlyMap<MountEntry, LeakTarget>;
}

/** Who owns what: by identity first, then what sits on a leaked mount and would go with it unharmed. */
export function surveyOf(
  view: MountView,
  targets: readonly LeakTarget[],
  living: readonly ContainerState[],
  others: readonly ContainerState[] = [],
): Survey {
  const trees = treesOf(view);
  const alive = new Set(living.map((container) => container.id));
  const owners: readonly Owner[] = [
    ...targets.filter((target) => !alive.has(target.id)).map((target) => ({ target, living: false })),
    ...living.map((container) => ({ target: containerTarget(container), living: true })),
  ];
  const host = trees.find((tree) => tree.namespace.inode === view.hostNamespace);
  const identities = new Identities(owners, trees, host);
  const { leaked, placed } = claims(trees, identities);
  const elsewhere = devicesElsewhere(trees, leaked, placed);
  const foreign = new Set([...placed.keys()].filter((mount) => !isHarmless(mount, elsewhere)));
  for (const tree of trees) {
    for (const mount of tree.mounts) {
      const target = placed.get(mount);
      if (target === undefined || foreign.has(mount)) continue;
      if (!tree.ancestorsOf(mount).some((each) => foreign.has(each))) leaked.set(mount, target);
    }
  }
  addWhatSitsOnLeaks(trees, identities, leaked, elsewhere);
  const asked = targets.flatMap((target) => (target.container === undefined ? [] : [target.container]));
  return {
    view,
    trees,
    groups: new PeerGroups(trees),
    identities,
    containers: [...living, ...others, ...asked],
    leaked,
  };
}

/** Mounts of targets: known by what they are, and only lying at a place that names one. */
function claims(trees: readonly MountTree[], identities: Identities) {
  const leaked = new Map<MountEntry, LeakTarget>();
  const placed = new Map<MountEntry, LeakTarget>();
  for (const tree of trees) {
    for (const mount of tree.mounts) {
      const found = identities.ownerOf(mount, tree);
      if (found === undefined || found.owner.living) continue;
      (found.mark === 'place' ? placed : leaked).set(mount, found.owner.target);
    }
  }
  return { leaked, placed };
}

/** File systems that stay mounted somewhere when everything of the targets, and below it, is gone. */
function devicesElsewhere(
  trees: readonly MountTree[],
  leaked: ReadonlyMap<MountEntry, LeakTarget>,
  placed: ReadonlyMap<MountEntry, LeakTarget>,
): ReadonlySet<string> {
  const devices = new Set<string>();
  for (const tree of trees) {
    const going = new Set<MountEntry>();
    for (const mount of tree.mounts) {
      if (!leaked.has(mount) && !placed.has(mount)) continue;
      for (const each of [mount, ...tree.descendantsOf(mount)]) going.add(each);
    }
    for (const mount of tree.mounts) if (!going.has(mount)) devices.add(mount.device);
  }
  return devices;
}

/** Follows each leaked mount downwards, and stops where something begins that is somebody's. */
function addWhatSitsOnLeaks(
  trees: readonly MountTree[],
  identities: Identities,
  leaked: Map<MountEntry, LeakTarget>,
  elsewhere: ReadonlySet<string>,
): void {
  for (const tree of trees) {
    for (const mount of tree.mounts) {
      const target = leaked.get(mount);
      const queue = target === undefined ? [] : [...tree.childrenOf(mount)];
      for (let child = queue.pop(); child !== undefined; child = queue.pop()) {
        if (leaked.has(child) || identities.ownerOf(child, tree)?.owner.living === true) continue;
        if (target === undefined || !isHarmless(child, elsewhere)) continue;
        leaked.set(child, target);
        queue.push(...tree.childrenOf(child));
      }
    }
  }
}

/**
 * A mount that may go with the tree it sits on: kernel text, memory, or a file system that is mounted elsewhere too.
 * The last mount of a disk or of a network file system may have been put there on purpose.
 */
function isHarmless(mount: MountEntry, elsewhere: ReadonlySet<string>): boolean {
  return elsewhere.has(mount.device) || SCRATCH.has(mount.fstype);
}

const SCRATCH: ReadonlySet<string> = new Set(
  'tmpfs ramfs devtmpfs proc sysfs devpts mqueue cgroup cgroup2 overlay securityfs debugfs tracefs bpf hugetlbfs nsfs'.split(
    ' ',
  ),
);
