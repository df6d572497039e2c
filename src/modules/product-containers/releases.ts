import { printable } from '../../core/text.ts';
import { LAZY_TYPES } from '../../mounts/lazy-types.ts';
import { CAUSE_WORDS, place } from '../../mounts/leak-words.ts';
import { isLiving } from '../../mounts/living.ts';
import { unmountObstacle } from '../../mounts/unmount-obstacle.ts';
import { mountWitness } from '../../programs/mount-witness.ts';
import type { Applied, Tried, Verdict } from '../module.ts';
import type { ProductContainersParams } from './params.ts';
import type { ProductChange, ProductMount, ProductState } from './state.ts';
import { stopId } from './steps.ts';

/** What comes next for one mount: an unmount, nothing as it goes with the container that holds it, or nothing any more. */
export type MountCourse =
  | { readonly kind: 'unmount'; readonly mode: 'plain' | 'lazy' }
  | { readonly kind: 'goes-along' }
  | { readonly kind: 'stays'; readonly why: string; readonly hint: string };

/** The next step for a mount. What is not known to be dead for good goes only where an unmount reaches nobody else at all. */
export function mountCourse(
  state: ProductState,
  each: ProductMount,
  params: ProductContainersParams,
  tried: Tried,
): MountCourse {
  if (goesAlong(state, each, params, tried)) return { kind: 'goes-along' };
  const { leak, status } = each;
  const holder = printable(leak.holder.name);
  const obstacle = state.view === undefined ? undefined : unmountObstacle(state.view, leak, 'person');
  if (obstacle !== undefined) return { kind: 'stays', ...obstacle };
  if (status !== 'dead' && leak.reach.spreads.length > 0) {
    const why = `an unmount in ${holder} would be repeated elsewhere, and its container may be started any time`;
    return { kind: 'stays', why, hint: `Stop ${holder}, or start it with its binds as rslave.` };
  }
  const plain = tried.get(unmountId(each, 'plain'));
  if (plain === undefined) return { kind: 'unmount', mode: 'plain' };
  const lazy = tried.get(unmountId(each, 'lazy'));
  const wanted = params.lazy && status !== 'live' && LAZY_TYPES.test(leak.mount.fstype);
  if (plain.kind === 'busy' && wanted && lazy === undefined) return { kind: 'unmount', mode: 'lazy' };
  const why = `it could not be unmounted: ${reason(lazy ?? plain)}`;
  return { kind: 'stays', why, hint: `Stop or restart ${holder} by hand; then run this again.` };
}

/** What a container of the product holds goes when that is stopped, if it is stopped before the mount must be gone. */
function goesAlong(
  { product }: ProductState,
  { leak, ground }: ProductMount,
  params: ProductContainersParams,
  tried: Tried,
): boolean {
  const of = (id: string | undefined) => product.find(({ container }) => container.id === id);
  const holder = of(leak.holder.containerId);
  if (params.state !== 'absent' || ground !== 'own' || holder === undefined || holder.owner !== undefined) return false;
  // A monitor lets go before it is stopped, for it may not stop.
  if (holder.monitor || !isLiving(holder.container) || tried.has(stopId(holder.container))) return false;
  return of(leak.target.id)?.monitor === false;
}

function reason(answer: Applied | Verdict): string {
  if (answer.kind === 'busy') return answer.by;
  if (answer.kind === 'stale') return `it changed meanwhile: ${answer.found}`;
  if ('error' in answer) return answer.error.message;
  return 'why' in answer ? answer.why : 'it was done, and the mount is still there';
}

/** The change that unmounts one mount in the namespace that holds it. */
export function unmountChange(
  { view }: ProductState,
  each: ProductMount,
  mode: 'plain' | 'lazy',
): readonly ProductChange[] {
  if (view === undefined) return [];
  const { leak, status } = each;
  const mount = mountWitness(view, leak);
  const whose = `container ${printable(leak.target.name)}`;
  const holder = printable(leak.holder.name);
  return [
    {
      id: unmountId(each, mode),
      title: `${mode === 'lazy' ? 'detach (lazy)' : 'unmount'} ${place(leak)} of ${whose} in ${holder}`,
      why: `${STATUS_WORDS[status]}; ${CAUSE_WORDS[leak.cause]}`,
      risk: 'unmount',
      certainty: 'certain',
      witness: { ...mount, parentShared: mount.parentShared ?? null },
      ...(status === 'live' ? { blast: [`${holder} does not see into the file system of ${whose} any more`] } : {}),
      step: { kind: 'unmount', mode, mount },
    },
  ];
}

/** Namespace and mount id name one mount as long as it lives. */
export function unmountId({ leak }: ProductMount, mode: 'plain' | 'lazy'): string {
  return `${mode === 'lazy' ? 'detach' : 'unmount'}:${leak.namespace}:${leak.mount.id}`;
}

const STATUS_WORDS: Readonly<Record<ProductMount['status'], string>> = {
  dead: 'its container is dead',
  stopped: 'its container does not run',
  live: 'its container runs, and could not be removed while the monitor has a copy',
};
