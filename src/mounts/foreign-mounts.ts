import type { Holder } from '../core/findings.ts';
import { holderOf } from './holders.ts';
import { containerTarget } from './identity.ts';
import { latentCopies } from './latent.ts';
import { isLiving } from './living.ts';
import type { ContainerState, MountView } from './model.ts';
import { surveyOf } from './survey.ts';

/** A mount of a container in a namespace that is neither the host's nor Docker's nor its own. */
export interface ForeignMount {
  readonly containerId: string;
  readonly namespace: number;
  readonly holder: Holder;
  readonly point: string;
}

/**
 * Every mount of these containers in a foreign namespace that an unmount elsewhere will not take away: of those that do not
 * live, whatever is left; of those that live, the private copies. In the order of the namespaces' numbers.
 */
export function foreignMounts(view: MountView, containers: readonly ContainerState[]): readonly ForeignMount[] {
  const living = containers.filter(isLiving);
  const gone = containers.filter((container) => !isLiving(container));
  const survey = surveyOf(view, gone.map(containerTarget), living);
  const left = survey.trees.flatMap((tree): readonly ForeignMount[] => {
    const { namespace } = tree;
    const holder = holderOf(namespace, view, survey.containers);
    if (namespace.inode === view.hostNamespace || ['dockerd', 'containerd'].includes(holder.kind)) return [];
    return tree.mounts.flatMap((mount) => {
      const target = survey.leaked.get(mount);
      if (target === undefined || target.id === holder.containerId) return [];
      return [{ containerId: target.id, namespace: namespace.inode, holder, point: mount.point }];
    });
  });
  return [...left, ...latentCopies(survey, living)].sort((a, b) => a.namespace - b.namespace);
}
