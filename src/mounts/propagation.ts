import type { MountEntry } from './model.ts';
import { type MountTree, sameDentry } from './tree.ts';

/** A mount in the table that shows it. */
export interface Placed {
  readonly tree: MountTree;
  readonly mount: MountEntry;
}

/** The peer groups of a host: who hears of what happens where (mount_namespaces(7), "SHARED SUBTREES"). */
export class PeerGroups {
  readonly #listeners = new Map<number, Placed[]>();
  readonly #reached = new Map<number, readonly Placed[]>();

  constructor(trees: readonly MountTree[]) {
    for (const tree of trees) {
      for (const mount of tree.mounts) {
        for (const group of new Set([mount.shared, mount.master])) {
          if (group === undefined) continue;
          const listeners = this.#listeners.get(group);
          if (listeners === undefined) this.#listeners.set(group, [{ tree, mount }]);
          else listeners.push({ tree, mount });
        }
      }
    }
  }

  /**
   * Every mount that hears of what happens below `mount`: peers of its group, slaves of the group, and forwards through
   * the groups that the slaves are in. Empty if it is not shared.
   */
  receiversOf(mount: MountEntry): readonly Placed[] {
    return mount.shared === undefined ? [] : this.#reach(mount.shared).filter((each) => each.mount !== mount);
  }

  /**
   * The mounts that an unmount of `mount` takes along in other places: the parent decides, so it is what sits on the same
   * directory in each mount that hears of the parent (mount_namespaces(7), "Unmount semantics"). The kernel spares copies
   * that have mounts of their own below them; that is not counted on here.
   */
  spreadOf(mount: MountEntry, tree: MountTree): readonly Placed[] {
    const parent = tree.parentOf(mount);
    const seat = tree.dentryOf(mount);
    if (parent === undefined || seat === undefined) return [];
    return this.receiversOf(parent).flatMap((receiver) =>
      receiver.tree
        .childrenOf(receiver.mount)
        .filter((child) => child !== mount && sameDentry(receiver.tree.dentryOf(child), seat))
        .map((child) => ({ tree: receiver.tree, mount: child })),
    );
  }

  #reach(start: number): readonly Placed[] {
    const known = this.#reached.get(start);
    if (known !== undefined) return known;
    const groups = new Set([start]);
    const found = new Map<MountEntry, Placed>();
    for (const group of groups) {
      for (const each of this.#listeners.get(group) ?? []) {
        found.set(each.mount, each);
        if (each.mount.shared !== undefined) groups.add(each.mount.shared);
      }
    }
    const reached = [...found.values()];
    this.#reached.set(start, reached);
    return reached;
  }
}
