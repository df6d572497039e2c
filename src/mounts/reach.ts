import { holderOf } from './holders.ts';
import type { LeakTarget, Reach } from './leak.ts';
import type { MountEntry } from './model.ts';
import { lastNamed } from './paths.ts';
import type { Survey } from './survey.ts';
import type { MountTree } from './tree.ts';

/**
 * Where an unmount would be repeated, and whom it would hurt. Copies that are leaks themselves may go along; anything
 * else at the same place is alive. So is a mount that a container has as a volume of its own.
 */
export function reachOf(survey: Survey, target: LeakTarget, mount: MountEntry, tree: MountTree): Reach {
  const spreads = survey.groups.spreadOf(mount, tree);
  const hurt = spreads
    .filter((each) => !survey.leaked.has(each.mount))
    .map((each) => `${describe(survey, each.tree)} at ${each.mount.point}`);
  const own = ownVolume(survey, target, mount, tree);
  const unknown = whatIsMissing(survey, target, mount, tree);
  return {
    spreads: spreads.map((each) => ({
      namespace: each.tree.namespace.inode,
      mountId: each.mount.id,
      point: each.mount.point,
    })),
    alive: [...new Set([...own, ...hurt])],
    ...(own.length === 0 ? {} : { ownVolume: true as const }),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

function describe(survey: Survey, tree: MountTree): string {
  const holder = holderOf(tree.namespace, survey.view, survey.containers);
  return holder.name === 'host' ? 'the host' : `${holder.kind} ${holder.name}`;
}

/** A copy sits on another copy, at a place that names its owner; what sits on a container's own root was asked for by that container. */
function ownVolume(survey: Survey, target: LeakTarget, mount: MountEntry, tree: MountTree): readonly string[] {
  const holder = holderOf(tree.namespace, survey.view, survey.containers);
  if (holder.kind !== 'container' || holder.containerId === target.container?.id) return [];
  const named = lastNamed(mount.point, new Set(target.tokens)) !== undefined;
  const parent = tree.parentOf(mount);
  const carried = parent !== undefined && survey.leaked.has(parent);
  const declared = parent?.point === '/' || (target.kind === 'container' && !named && !carried);
  return declared ? [`container ${holder.name}, which has it as a volume of its own at ${mount.point}`] : [];
}

/** What would have to be known besides; undefined if nothing. Without a shared parent nothing spreads, whatever else there is. */
function whatIsMissing(
  { view, leaked }: Survey,
  target: LeakTarget,
  mount: MountEntry,
  tree: MountTree,
): string | undefined {
  const parent = tree.parentOf(mount);
  if (parent === undefined) return `the mount that carries ${mount.point} is not in the table`;
  if (parent.shared === undefined) return undefined;
  const [gap] = view.unreadable;
  if (gap !== undefined) return `process ${gap.pid}: ${gap.why}`;
  const seat = tree.dentryOf(mount);
  const named = seat !== undefined && lastNamed(seat.path, new Set(target.tokens)) !== undefined;
  if (named || leaked.has(parent) || target.kind !== 'container') return undefined;
  const unread = view.namespaces.filter((each) => each.mounts === undefined).length;
  return unread === 0 ? undefined : `the tables of ${unread} namespaces were not read`;
}
