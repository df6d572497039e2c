import { causeOf } from './causes.ts';
import { alsoHolding, holderOf } from './holders.ts';
import { latentCopies } from './latent.ts';
import type { LeakedMount, LeakSet, LeakTarget } from './leak.ts';
import type { ContainerState, MountEntry, MountView } from './model.ts';
import { reachOf } from './reach.ts';
import { type Survey, surveyOf } from './survey.ts';
import type { MountTree } from './tree.ts';

/**
 * Every mount of the targets in any namespace whose table is in the view, in the order of release: deepest first, what hides another before it.
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
  const leaks = leaksOf(survey);
  const held = new Set(leaks.map((leak) => leak.target.id));
  return {
    leaks,
    clean: targets.filter((target) => !held.has(target.id)),
    latent: latentCopies(survey, living),
  };
}

/** What a survey found to be leaked, in the order of release. */
export function leaksOf(survey: Survey): readonly LeakedMount[] {
  const trees = [...survey.trees].sort((a, b) => a.namespace.inode - b.namespace.inode);
  return trees.flatMap((tree) =>
    inOrderOfRelease(tree, survey).map(({ mount, target }) => leakOf(survey, target, mount, tree)),
  );
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

/** Deepest first, and what hides a mount before it: only so does a path lead to the mount that is meant. */
function inOrderOfRelease(
  tree: MountTree,
  { leaked }: Survey,
): readonly { readonly mount: MountEntry; readonly target: LeakTarget }[] {
  const ordered = new Map<MountEntry, LeakTarget>();
  const seen = new Set<MountEntry>();
  const visit = (mount: MountEntry): void => {
    const target = leaked.get(mount);
    if (target === undefined || seen.has(mount)) return;
    seen.add(mount);
    for (const first of [...tree.hidersOf(mount), ...tree.descendantsOf(mount)]) visit(first);
    ordered.set(mount, target);
  };
  const depth = new Map(
    tree.mounts.filter((mount) => leaked.has(mount)).map((each) => [each, tree.ancestorsOf(each).length]),
  );
  const deepest = [...depth].sort(([a, high], [b, low]) => low - high || b.id - a.id).map(([mount]) => mount);
  for (const mount of deepest) visit(mount);
  return [...ordered].map(([mount, target]) => ({ mount, target }));
}
