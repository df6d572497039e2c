import type { Holder } from '../core/findings.ts';
import { holderOf } from './holders.ts';
import type { LeakSet } from './leak.ts';
import type { ContainerState, MountEntry } from './model.ts';
import type { Survey } from './survey.ts';
import type { MountTree } from './tree.ts';

/** A private copy of a mount of a living container, in the table that shows it. */
export interface LatentMount {
  readonly container: ContainerState;
  readonly tree: MountTree;
  readonly mount: MountEntry;
  readonly holder: Holder;
}

/**
 * Copies of mounts of living containers in namespaces that will not hear of their unmount: leaks in waiting.
 * Docker's own processes, the host and the container itself have them by right.
 */
export function latentMounts(survey: Survey, living: readonly ContainerState[]): readonly LatentMount[] {
  const byId = new Map(living.map((container) => [container.id, container]));
  return survey.trees.flatMap((tree) => {
    const holder = holderOf(tree.namespace, survey.view, survey.containers);
    if (holder.name === 'host' || ['dockerd', 'containerd', 'shim'].includes(holder.kind)) return [];
    return tree.mounts.flatMap((mount) => {
      const found = survey.identities.ownerOf(mount, tree);
      const container = found === undefined ? undefined : byId.get(found.owner.target.id);
      if (found === undefined || container === undefined || !found.owner.living) return [];
      if (found.mark === 'device' || container.id === holder.containerId || hears(survey, mount, tree)) return [];
      return [{ container, tree, mount, holder }];
    });
  });
}

/** The same by their places. */
export function latentCopies(survey: Survey, living: readonly ContainerState[]): LeakSet['latent'] {
  return latentMounts(survey, living).map(({ container, tree, mount, holder }) => ({
    containerId: container.id,
    namespace: tree.namespace.inode,
    holder,
    point: mount.point,
  }));
}

/** True if an unmount elsewhere reaches it: its parent is a slave, or has a peer in another namespace. */
function hears(survey: Survey, mount: MountEntry, tree: MountTree): boolean {
  const parent = tree.parentOf(mount);
  if (parent === undefined) return true;
  if (parent.master !== undefined) return true;
  return survey.groups.receiversOf(parent).some((each) => each.tree !== tree && each.mount.shared === parent.shared);
}
