import { containerTarget, Identities, type Owner } from './identity.ts';
import type { LeakTarget } from './leak.ts';
import type { ContainerState, MountEntry, MountView } from './model.ts';
import { type MountTree, treesOf } from './tree.ts';

/** What belongs to whom, table by table: the ground on which leaks, reach and copies are decided. */
export interface Survey {
  readonly view: MountView;
  readonly trees: readonly MountTree[];
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
  const leaked = new Map<MountEntry, LeakTarget>();
  for (const tree of trees) {
    for (const mount of tree.mounts) {
      const found = identities.ownerOf(mount, tree);
      if (found !== undefined && !found.owner.living) leaked.set(mount, found.owner.target);
    }
  }
  addWhatSitsOnLeaks(trees, identities, leaked);
  const asked = targets.flatMap((target) => (target.container === undefined ? [] : [target.container]));
  return { view, trees, identities, containers: [...living, ...others, ...asked], leaked };
}

/** Follows each leaked mount downwards, and stops where something begins that is somebody's. */
function addWhatSitsOnLeaks(trees: readonly MountTree[], identities: Identities, leaked: Map<MountEntry, LeakTarget>) {
  const roots = trees.flatMap((tree) =>
    tree.mounts.filter((each) => leaked.has(each)).map((mount) => ({ tree, mount })),
  );
  const carried = new Set(roots.flatMap(({ tree, mount }) => tree.descendantsOf(mount)));
  const elsewhere = new Set<string>();
  for (const tree of trees) {
    for (const mount of tree.mounts) if (!carried.has(mount) && !leaked.has(mount)) elsewhere.add(mount.device);
  }
  for (const { tree, mount } of roots) {
    const target = leaked.get(mount);
    const queue = target === undefined ? [] : [...tree.childrenOf(mount)];
    for (let child = queue.pop(); child !== undefined; child = queue.pop()) {
      if (leaked.has(child) || identities.ownerOf(child, tree) !== undefined || !isHarmless(child, elsewhere)) continue;
      if (target !== undefined) leaked.set(child, target);
      queue.push(...tree.childrenOf(child));
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
