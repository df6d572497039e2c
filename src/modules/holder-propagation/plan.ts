import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { refuseTextFile } from '../../programs/text-file.ts';
import { DROP_IN, dropInPath } from './drop-in.ts';
import { isChosen, restartObstacle } from './obstacles.ts';
import type { HolderPropagationParams } from './params.ts';
import { inStartOrder } from './start-order.ts';
import type { HeldService, HolderChange, HolderState } from './state.ts';
import { dropInChange, restartChange } from './steps.ts';
import { hasPrivateFlags } from './unit-facts.ts';
import { leakedOf } from './words.ts';

/** What becomes of one service: nothing, a restart alone, or the drop-in first; or why not what it needs. */
type Course =
  | { readonly kind: 'leave' }
  | { readonly kind: 'restart'; readonly dropIn: boolean }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

/** Drop-ins, then restarts; what is required by others first. What goes along with another restart is looked at again after that. */
export function planHolders(state: HolderState, params: HolderPropagationParams): readonly HolderChange[] {
  const chosen = state.holders.map((holder) => ({ holder, course: courseOf(state, holder, params) }));
  const acting = chosen.flatMap(({ holder, course }) => (course.kind === 'restart' ? [{ holder, course }] : []));
  const gone = new Set(acting.flatMap(({ holder }) => holder.along.map(({ id }) => id)));
  const first = acting.filter(({ holder }) => !gone.has(holder.unit.id));
  const round = first.length > 0 ? first : acting;
  const expected = round.flatMap(({ holder }) => [holder.unit.asked, ...holder.along.map(({ id }) => id)]);
  const dropIns = round.flatMap(({ holder, course }) => (course.dropIn ? (dropInChange(state, holder) ?? []) : []));
  const restarts = inStartOrder(round.map(({ holder }) => holder)).flatMap((holder) => {
    const dropIn = dropIns.find(({ step }) => step.kind === 'drop-in' && step.unit === holder.unit.asked);
    return restartChange(holder, params, [...new Set(expected)].sort(), dropIn) ?? [];
  });
  return [...dropIns, ...restarts];
}

/** Steps that will not be taken although something is held. */
export function refuseHolders(state: HolderState, params: HolderPropagationParams): readonly Refusal[] {
  return state.holders.flatMap((holder) => {
    const course = courseOf(state, holder, params);
    return course.kind === 'refuse' ? [course.refusal] : [];
  });
}

function courseOf(state: HolderState, holder: HeldService, params: HolderPropagationParams): Course {
  if (params.remedy === 'report' || !isChosen(holder, params)) return { kind: 'leave' };
  const course = wantedFor(holder, params);
  if (course.kind !== 'restart') return course;
  const refusal = restartObstacle(state, holder, params) ?? (course.dropIn ? dropInObstacle(holder) : undefined);
  return refusal === undefined ? course : { kind: 'refuse', refusal };
}

/**
 * A restart lets go of what is gone, whatever the cause; of what is still mounted it makes a new copy, which is no better
 * than the old one unless the cause has gone meanwhile (older-copy) or is taken away with a drop-in.
 */
function wantedFor(holder: HeldService, { remedy }: HolderPropagationParams): Course {
  const has = (cause: string) => holder.copies.some((copy) => copy.cause === cause);
  if (remedy === 'propagation' && has('mount-flags')) return { kind: 'restart', dropIn: true };
  return leakedOf(holder).length > 0 || has('older-copy') ? { kind: 'restart', dropIn: false } : { kind: 'leave' };
}

/** The drop-in cannot be written, or is there and does not win. */
function dropInObstacle(holder: HeldService): Refusal | undefined {
  const { dropIn, unit } = holder;
  const what = `set MountFlags=slave for ${printable(unit.asked)}`;
  if (dropIn === undefined) return undefined;
  const [refusal] = refuseTextFile(dropIn.file);
  if (refusal !== undefined) return refusal;
  if (dropIn.file.text !== DROP_IN || unit.needsReload || !hasPrivateFlags(unit)) return undefined;
  const later = unit.dropInPaths.at(-1) ?? '';
  return {
    what,
    why: `${printable(dropInPath(unit.asked))} is there, and another drop-in wins over it: ${printable(later)}`,
    hint: 'Change MountFlags= in that file, or remove it.',
  };
}
