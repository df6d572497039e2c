import { printable } from '../../core/text.ts';
import type { DetachPoint } from '../../mounts/detach-points.ts';
import { LAZY_TYPES } from '../../mounts/lazy-types.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { holderWords, place } from '../../mounts/leak-words.ts';
import { unmountObstacle } from '../../mounts/unmount-obstacle.ts';
import { type Applied, type Tried, unmountTrouble, type Verdict } from '../module.ts';
import { neverRestarted } from './never.ts';
import type { DeadContainersParams, Rung } from './params.ts';
import type { SweepChange, SweepState } from './state.ts';
import { directoryId, restartId, unmountChange, unmountId } from './steps.ts';

/** What comes next for one leaked mount. */
export type NextRung =
  | { readonly kind: 'rmdir'; readonly point: DetachPoint }
  | { readonly kind: 'unmount'; readonly mode: 'plain' | 'lazy' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'end'; readonly why: string; readonly hint: string; readonly last?: SweepChange };

/** The mildest rung that is allowed, safe, and was not tried yet. */
export function nextRung(
  state: SweepState,
  leak: LeakedMount,
  point: DetachPoint | undefined,
  params: DeadContainersParams,
  tried: Tried,
): NextRung {
  const allowed = (rung: Rung) => params.release.includes(rung);
  if (point !== undefined && allowed('rmdir') && !tried.has(directoryId(point))) return { kind: 'rmdir', point };
  const obstacle = state.view === undefined ? undefined : unmountObstacle(state.view, leak, 'restart_holder');
  const plain = tried.get(unmountId(leak, 'plain'));
  const lazy = tried.get(unmountId(leak, 'lazy'));
  if (obstacle === undefined) {
    if (allowed('unmount') && plain === undefined) return { kind: 'unmount', mode: 'plain' };
    const wanted = plain === undefined || plain.kind === 'busy';
    if (allowed('lazy_unmount') && wanted && lazy === undefined && LAZY_TYPES.test(leak.mount.fstype)) {
      return { kind: 'unmount', mode: 'lazy' };
    }
  }
  const restart = tried.get(restartId(leak));
  // What a container asked for as its own comes back with it.
  if (allowed('restart_holder') && restart === undefined && leak.reach.ownVolume !== true) {
    if (neverRestarted(state, leak, params.never) === undefined) return { kind: 'restart' };
  }
  return end(state, leak, point, params, tried, obstacle);
}

/** The ladder has no rung left: why, in the words of the last thing that stood in the way. */
function end(
  state: SweepState,
  leak: LeakedMount,
  point: DetachPoint | undefined,
  params: DeadContainersParams,
  tried: Tried,
  obstacle: { why: string; hint: string } | undefined,
): NextRung {
  if (obstacle !== undefined) return { kind: 'end', ...obstacle };
  const lazy = tried.get(unmountId(leak, 'lazy'));
  const plain = lazy ?? tried.get(unmountId(leak, 'plain'));
  if (plain !== undefined && state.view !== undefined) {
    const last = unmountChange(state.view, leak, lazy === undefined ? 'plain' : 'lazy');
    return {
      kind: 'end',
      why: `it could not be unmounted: ${unmountTrouble(plain)}`,
      hint: hintAfter(plain, leak, params),
      last,
    };
  }
  const rmdir = point === undefined ? undefined : tried.get(directoryId(point));
  const first = rmdir === undefined ? '' : `removing its directory did not help (${unmountTrouble(rmdir)}), and `;
  const allowed = params.release.length === 0 ? 'nothing' : params.release.join(', ');
  return {
    kind: 'end',
    why: `${first}the playbook allows no more than: ${allowed}${restartRefused(state, leak, params)}`,
    hint: 'Allow `unmount` in `release`.',
  };
}

function restartRefused(state: SweepState, leak: LeakedMount, params: DeadContainersParams): string {
  const why = params.release.includes('restart_holder') ? neverRestarted(state, leak, params.never) : undefined;
  return why === undefined ? '' : `, and ${printable(why)}`;
}

function hintAfter(what: Applied | Verdict, leak: LeakedMount, params: DeadContainersParams): string {
  if (what.kind !== 'busy') return `Stop or restart ${holderWords(leak.holder)} by hand.`;
  const lazy = LAZY_TYPES.test(leak.mount.fstype) && !params.release.includes('lazy_unmount');
  return lazy
    ? `End what uses ${place(leak)}, or allow \`lazy_unmount\` in \`release\`.`
    : `End what uses ${place(leak)}, or allow \`restart_holder\` in \`release\`.`;
}
