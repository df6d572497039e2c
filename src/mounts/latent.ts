import { holderOf } from './holders.ts';
import type { LeakSet } from './leak.ts';
import type { ContainerState, MountEntry } from './model.ts';
import type { Survey } from './survey.ts';
import type { MountTree } from './tree.ts';

/**
 * Copies of mounts of living containers in namespaces that will not hear of their unmount: leaks in waiting.
 * Docker's own processes, the host and the container itself have them by right.
 */
export function latentCopies(survey: Survey, living: readonly ContainerState[]): LeakSet['latent'] {
  const ids = new Set(living.map((container) => container.id));
  return survey.trees.flatMap((tree) => {
    const holder = holderOf(tree.namespace, survey.view, survey.containers);
    if (holder.name === 'host' || ['dockerd', 'containerd', 'shim'].includes(holder.kind)) return [];
    return tree.mounts.flatMap((mount) => {
      const found = survey.identities.ownerOf(mount, tree);
      if (found === undefined || !found.owner.living || !ids.has(found.owner.target.id)) return [];
      if (found.mark === 'device' || found.owner.target.id === holder.containerId || hears(survey, mount, tree))
        return [];
      return [{ containerId: found.owner.target.id, namespace: tree.namespace.inode, holder, point: mount.point }];
    });
  });
}

/** True if an unmount elsewhere reaches it: its parent is a slave, or has a peer in another namespace. */
function hears(survey: Survey, mount: MountEntry, tree: MountTree): boolean {
  const parent = tree.parentOf(mount);
  if (parent === undefined) return true;
  if (parent.master !== undefined) return true;
  return survey.groups.receiversOf(parent).some((each) => each.tree !== tree && each.mount.shared === parent.shared);
}
