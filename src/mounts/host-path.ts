import type { MountEntry } from './model.ts';
import { below, isWithin, relativeTo, withoutDeleted } from './paths.ts';
import { type Dentry, dentryUnder, type MountTree, sameDentry } from './tree.ts';

/** The directory that a path names in a namespace; undefined if another mount hides what covers it, so that it leads elsewhere. */
export function dentryAt(tree: MountTree, path: string): Dentry | undefined {
  const covers = tree.mounts.filter((mount) => mount.point === '/' || path.startsWith(`${mount.point}/`));
  const cover = [...covers].sort((a, b) => a.point.length - b.point.length || a.id - b.id).at(-1);
  return cover === undefined || tree.hidersOf(cover).length > 0 ? undefined : dentryUnder(cover, path);
}

/**
 * What a directory is called in a namespace, the host's as a rule; undefined if its file system, or that part of it, is not to
 * be seen there. What is mounted on the directory itself does not count: it is the directory below that is meant.
 */
export function pathOf(tree: MountTree, dentry: Dentry): string | undefined {
  const covers = tree.mounts.filter(
    (mount) => mount.device === dentry.device && isWithin(dentry.path, withoutDeleted(mount.root)),
  );
  for (const mount of [...covers].sort(byRoot)) {
    const path = below(mount.point, relativeTo(dentry.path, withoutDeleted(mount.root)) ?? '');
    if (sameDentry(dentryAt(tree, path), dentry)) return path;
  }
  return undefined;
}

/** The file system at its usual place before binds of its parts: those are other names for the same. */
function byRoot(a: MountEntry, b: MountEntry): number {
  return a.root.length - b.root.length || a.point.length - b.point.length || a.id - b.id;
}
