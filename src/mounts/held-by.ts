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
  const candidates = latentMounts(survey, living).filter(({ tree }) => namespaces.has(tree.namespace.inode));
  const chosen = new Set(candidates.map(({ mount }) => mount));
  // What only lies at the place of a container, and is mounted nowhere else, is no copy: its content might go with it.
  const stays = new Set(
    survey.trees.flatMap(({ mounts }) => mounts.filter((each) => !chosen.has(each)).map(({ device }) => device)),
  );
  for (const { container, mount } of candidates) {
    const owner = owners.get(container.id);
    if (owner !== undefined && stays.has(mount.device)) going.set(mount, owner);
  }
  const all = leaksOf({ ...survey, leaked: going });
  return { left, copies: all.filter((leak) => owners.get(leak.target.id) === leak.target) };
}
