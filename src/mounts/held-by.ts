import { containerTarget } from './identity.ts';
import { latentMounts } from './latent.ts';
import type { LeakedMount, LeakTarget } from './leak.ts';
import { leaksOf } from './leaks.ts';
import type { ContainerState, MountEntry, MountView } from './model.ts';
import { surveyOf } from './survey.ts';

/** What some namespaces hold of containers that are not their own. */
export interface Holdings {
  /** Mounts of the targets, in the order of release. */
  readonly left: readonly LeakedMount[];
  /**
   * Private copies of mounts of containers that live, in the order of release. Their reach counts everything as alive but the
   * other copies in the same namespaces: what the owner, the host or Docker has is never among what may go.
   */
  readonly copies: readonly LeakedMount[];
}

/** `living` must be all that live: a copy that hears of its owner's unmount is none. */
export function heldBy(
  namespaces: ReadonlySet<number>,
  view: MountView,
  targets: readonly LeakTarget[],
  living: readonly ContainerState[],
): Holdings {
  const survey = surveyOf(view, targets, living);
  const left = leaksOf(survey).filter((leak) => namespaces.has(leak.namespace));
  const going = new Map<MountEntry, LeakTarget>(survey.leaked);
  const owners = new Map(living.map((container) => [container.id, containerTarget(container)]));
  for (const { container, mount, tree } of latentMounts(survey, living)) {
    const owner = owners.get(container.id);
    if (owner !== undefined && namespaces.has(tree.namespace.inode)) going.set(mount, owner);
  }
  const all = leaksOf({ ...survey, leaked: going });
  return { left, copies: all.filter((leak) => owners.get(leak.target.id) === leak.target) };
}
