import { causeOf } from './causes.ts';
import { alsoHolding, holderOf } from './holders.ts';
import { latentCopies } from './latent.ts';
import type { LeakedMount, LeakSet, LeakTarget } from './leak.ts';
import type { ContainerState, MountEntry, MountView } from './model.ts';
import { reachOf } from './reach.ts';
import { type Survey, surveyOf } from './survey.ts';
import type { MountTree } from './tree.ts';

/**
 * Every mount of the targets in any namespace whose table is in the view, in the order of release: deepest first.
 * `living` are the containers that must not be touched; a target that is among them has copies (latent), no leaks.
 * `others` only lend their names. Targets are clean only as far as the view goes: see its `unreadable`.
 */
export function findLeaks(
  view: MountView,
  targets: readonly LeakTarget[],
  living: readonly ContainerState[],
  others: readonly ContainerState[] = [],
): LeakSet {
  const survey = surveyOf(view, targets, living, others);
  const leaks = survey.trees
    .flatMap((tree) => tree.mounts.map((mount) => ({ tree, mount, target: survey.leaked.get(mount) })))
    .flatMap(({ tree, mount, target }) => (target === undefined ? [] : [leakOf(survey, target, mount, tree)]))
    .sort(inOrderOfRelease);
  const held = new Set(leaks.map((leak) => leak.target.id));
  return {
    leaks,
    clean: targets.filter((target) => !held.has(target.id)),
    latent: latentCopies(survey, living),
  };
}

function leakOf(survey: Survey, target: LeakTarget, mount: MountEntry, tree: MountTree): LeakedMount {
  const { view, leaked } = survey;
  const holder = holderOf(tree.namespace, view, survey.containers);
  const foreign = tree.descendantsOf(mount).filter((each) => !leaked.has(each));
  return {
    target,
    namespace: tree.namespace.inode,
    mount,
    parentMount: tree.parentOf(mount),
    holder,
    alsoHolding: alsoHolding(tree.namespace, holder),
    cause: causeOf(target, mount, tree, holder, view),
    reach: reachOf(survey, target, mount, tree),
    foreignBelow: foreign.filter((each) => each.point !== mount.point),
    stackedAbove: tree.hidersOf(mount).filter((each) => !leaked.has(each)),
    locked: isLocked(survey, tree),
    depth: tree.ancestorsOf(mount).length,
  };
}

/** user_namespaces(7), mount_namespaces(7) "Restrictions on mount namespaces": a copy made by a less privileged owner is locked. */
function isLocked({ view }: Survey, { namespace }: MountTree): boolean {
  const host = view.namespaces.find((each) => each.inode === view.hostNamespace)?.userNamespace;
  return host !== undefined && namespace.userNamespace !== undefined && namespace.userNamespace !== host;
}

function inOrderOfRelease(a: LeakedMount, b: LeakedMount): number {
  return a.namespace - b.namespace || b.depth - a.depth || b.mount.id - a.mount.id;
}
