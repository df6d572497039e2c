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
  return { view, trees, identities, containers: [...living, ...others], leaked };
}

function addWhatSitsOnLeaks(trees: readonly MountTree[], identities: Identities, leaked: Map<MountEntry, LeakTarget>) {
  const below = new Map<MountEntry, LeakTarget>();
  const elsewhere = new Set<string>();
  for (const tree of trees) {
    const roots = tree.mounts.filter((mount) => leaked.has(mount));
    for (const root of roots) {
      const target = leaked.get(root);
      for (const child of tree.descendantsOf(root)) if (target !== undefined) below.set(child, target);
    }
    for (const mount of tree.mounts) if (!below.has(mount) && !leaked.has(mount)) elsewhere.add(mount.device);
  }
  for (const tree of trees) {
    for (const mount of tree.mounts) {
      const target = below.get(mount);
      if (target === undefined || leaked.has(mount) || identities.ownerOf(mount, tree) !== undefined) continue;
      if (isHarmless(mount, elsewhere)) leaked.set(mount, target);
    }
  }
}

/** A mount that goes with the tree it sits on: not the last one of a disk, which somebody may have put there on purpose. */
function isHarmless(mount: MountEntry, elsewhere: ReadonlySet<string>): boolean {
  return mount.device.startsWith('0:') || elsewhere.has(mount.device);
}
