import type { MountEntry } from './model.ts';
import { type MountTree, sameDentry } from './tree.ts';

/** A mount in the table that shows it. */
export interface Placed {
  readonly tree: MountTree;
  readonly mount: MountEntry;
}

/**
 * Every mount that hears of what happens below `mount`: peers of its group, slaves of the group, and forwards through
 * the groups that the slaves are in (mount_namespaces(7), "SHARED SUBTREES"). Empty if it is not shared.
 */
export function receiversOf(mount: MountEntry, trees: readonly MountTree[]): readonly Placed[] {
  if (mount.shared === undefined) return [];
  const groups = new Set([mount.shared]);
  const found = new Map<number, Placed>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const tree of trees) {
      for (const each of tree.mounts) {
        if (each.id === mount.id || found.has(each.id) || !hears(each, groups)) continue;
        found.set(each.id, { tree, mount: each });
        if (each.shared !== undefined) groups.add(each.shared);
      }
    }
  }
  return [...found.values()];
}

function hears(mount: MountEntry, groups: ReadonlySet<number>): boolean {
  return (
    (mount.shared !== undefined && groups.has(mount.shared)) || (mount.master !== undefined && groups.has(mount.master))
  );
}

/**
 * The mounts that an unmount of `mount` takes along in other places: the parent decides, so it is what sits on the same
 * directory in each mount that hears of the parent (mount_namespaces(7), "Unmount semantics"). The kernel spares copies
 * that have mounts of their own below them; that is not counted on here.
 */
export function spreadOf(mount: MountEntry, tree: MountTree, trees: readonly MountTree[]): readonly Placed[] {
  const parent = tree.parentOf(mount);
  const seat = tree.dentryOf(mount);
  if (parent === undefined || seat === undefined) return [];
  return receiversOf(parent, trees).flatMap((receiver) =>
    receiver.tree
      .childrenOf(receiver.mount)
      .filter((child) => child.id !== mount.id && sameDentry(receiver.tree.dentryOf(child), seat))
      .map((child) => ({ tree: receiver.tree, mount: child })),
  );
}
