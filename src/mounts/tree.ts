import type { MountEntry, MountNamespace, MountView } from './model.ts';
import { below, isBelow, relativeTo, withoutDeleted } from './paths.ts';

/** A directory as the kernel knows it, whatever it is called in a namespace: file system and path in it. */
export interface Dentry {
  readonly device: string;
  readonly path: string;
}

/** The table of a namespace as the tree that it is. */
export class MountTree {
  readonly namespace: MountNamespace;
  readonly mounts: readonly MountEntry[];
  readonly #byId = new Map<number, MountEntry>();
  readonly #children = new Map<number, MountEntry[]>();

  constructor(namespace: MountNamespace) {
    this.namespace = namespace;
    this.mounts = namespace.mounts ?? [];
    for (const mount of this.mounts) {
      this.#byId.set(mount.id, mount);
      if (mount.parent === mount.id) continue;
      const siblings = this.#children.get(mount.parent);
      if (siblings === undefined) this.#children.set(mount.parent, [mount]);
      else siblings.push(mount);
    }
  }

  /** The mount that carries it; undefined for the root of the tree. */
  parentOf(mount: MountEntry): MountEntry | undefined {
    return mount.parent === mount.id ? undefined : this.#byId.get(mount.parent);
  }

  childrenOf(mount: MountEntry): readonly MountEntry[] {
    return this.#children.get(mount.id) ?? [];
  }

  /** Every mount below it in the tree, parents first. */
  descendantsOf(mount: MountEntry): readonly MountEntry[] {
    const found = new Set<MountEntry>([mount]);
    for (const next of found) for (const child of this.childrenOf(next)) found.add(child);
    found.delete(mount);
    return [...found];
  }

  /** The mounts that carry it, nearest first. */
  ancestorsOf(mount: MountEntry): readonly MountEntry[] {
    const found = new Set<MountEntry>();
    for (let next = this.parentOf(mount); next && !found.has(next); next = this.parentOf(next)) found.add(next);
    return [...found];
  }

  /**
   * Mounts because of which its path leads elsewhere: stacked on it or on what carries it, or mounted over a directory
   * on the way. As long as there is one, an unmount by path would hit that instead.
   */
  hidersOf(mount: MountEntry): readonly MountEntry[] {
    const chain = [mount, ...this.ancestorsOf(mount)];
    return chain.flatMap((each, index) => {
      const stacked = this.childrenOf(each).filter((child) => child.point === each.point && child !== chain[index - 1]);
      const parent = chain[index + 1];
      const over =
        parent === undefined ? [] : this.childrenOf(parent).filter((child) => isBelow(each.point, child.point));
      return [...stacked, ...over.filter((child) => child.point !== parent?.point)];
    });
  }

  /** The directory that a mount sits on; undefined if its parent is not in the table. */
  dentryOf(mount: MountEntry): Dentry | undefined {
    const parent = this.parentOf(mount);
    return parent === undefined ? undefined : dentryUnder(parent, mount.point);
  }
}

/** The directory that a path names within a mount; undefined if the path does not lie in it. */
export function dentryUnder(mount: MountEntry, path: string): Dentry | undefined {
  const relative = relativeTo(path, mount.point);
  return relative === undefined
    ? undefined
    : { device: mount.device, path: below(withoutDeleted(mount.root), relative) };
}

/** True if both are the same directory. */
export function sameDentry(a: Dentry | undefined, b: Dentry | undefined): boolean {
  return a !== undefined && b !== undefined && a.device === b.device && a.path === b.path;
}

/** The trees of all namespaces whose tables were read. */
export function treesOf(view: MountView): readonly MountTree[] {
  return view.namespaces.filter((each) => each.mounts !== undefined).map((each) => new MountTree(each));
}
