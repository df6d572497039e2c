import { printable } from '../../core/text.ts';
import type { DetachPoint } from '../../mounts/detach-points.ts';
import { holderNames } from '../../mounts/holder-names.ts';
import { LAZY_TYPES } from '../../mounts/lazy-types.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { holderWords, place } from '../../mounts/leak-words.ts';
import { nameOnList } from '../../mounts/never-restarted.ts';
import { unmountObstacle } from '../../mounts/unmount-obstacle.ts';
import { type Tried, unmountTrouble } from '../module.ts';
import type { LeakedMountsParams, Rung } from './params.ts';
import type { AskedMount, Guard, LeakChange, LeakedMountsState } from './state.ts';
import { directoryId, unmountChange, unmountId } from './steps.ts';

/** What comes next for one mount. */
export type NextRung =
  | { readonly kind: 'rmdir'; readonly point: DetachPoint }
  | { readonly kind: 'unmount'; readonly mode: 'plain' | 'lazy' }
  | ({ readonly kind: 'end'; readonly last?: LeakChange } & Guard);

/** The mildest rung that is allowed, safe, and was not tried yet. */
export function nextRung(
  state: LeakedMountsState,
  asked: AskedMount,
  point: DetachPoint | undefined,
  params: LeakedMountsParams,
  tried: Tried,
): NextRung {
  const { leak, guard } = asked;
  if (guard !== undefined) return { kind: 'end', why: guard.why, hint: guard.hint };
  const never = onNever(state, leak, params);
  if (never !== undefined) return { kind: 'end', ...never };
  const allowed = (rung: Rung) => params.release.includes(rung);
  if (point !== undefined && allowed('rmdir') && !tried.has(directoryId(point))) return { kind: 'rmdir', point };
  const obstacle = unmountObstacle(state.view, leak, 'person');
  if (obstacle !== undefined) return { kind: 'end', ...obstacle };
  const plain = tried.get(unmountId(leak, 'plain'));
  if (allowed('unmount') && plain === undefined) return { kind: 'unmount', mode: 'plain' };
  const lazy = tried.get(unmountId(leak, 'lazy'));
  const wanted = plain === undefined || plain.kind === 'busy';
  if (allowed('lazy_unmount') && wanted && lazy === undefined && LAZY_TYPES.test(leak.mount.fstype)) {
    return { kind: 'unmount', mode: 'lazy' };
  }
  return end(state, asked, point, params, tried);
}

/** Why nothing may be done in the namespace of a mount; undefined if something may. */
export function onNever(state: LeakedMountsState, leak: LeakedMount, { never }: LeakedMountsParams): Guard | undefined {
  const name = nameOnList(holderNames(state.view, leak, state.containers), never);
  if (name === undefined) return undefined;
  return {
    why: `${holderWords(leak.holder)} holds it, and ${printable(name)} is on the never list`,
    hint: 'Take it off `never`, or restart it by hand.',
  };
}

function end(
  state: LeakedMountsState,
  asked: AskedMount,
  point: DetachPoint | undefined,
  { release }: LeakedMountsParams,
  tried: Tried,
): NextRung {
  const { leak } = asked;
  const lazy = tried.get(unmountId(leak, 'lazy'));
  const last = lazy ?? tried.get(unmountId(leak, 'plain'));
  if (last !== undefined) {
    const more =
      LAZY_TYPES.test(leak.mount.fstype) && lazy === undefined ? ', or allow `lazy_unmount` in `release`' : '';
    const hint =
      last.kind === 'busy'
        ? `End what uses ${place(leak)}${more}.`
        : `Stop or restart ${holderWords(leak.holder)} by hand.`;
    const change = unmountChange(state.view, asked, lazy === undefined ? 'plain' : 'lazy');
    return { kind: 'end', why: `it could not be unmounted: ${unmountTrouble(last)}`, hint, last: change };
  }
  const rmdir = point === undefined ? undefined : tried.get(directoryId(point));
  const first = rmdir === undefined ? '' : `removing its directory did not help (${unmountTrouble(rmdir)}), and `;
  const allowed = release.length === 0 ? 'nothing' : release.join(', ');
  return {
    kind: 'end',
    why: `${first}the playbook allows no more than: ${allowed}`,
    hint: 'Allow `unmount` in `release`.',
  };
}
