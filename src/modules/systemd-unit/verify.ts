import { printable } from '../../core/text.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { Verdict } from '../module.ts';
import { isDown, isEnabled, isUp, mayStart, type UnitChange } from './plan.ts';

/** Pure: compares the unit as it is now with what the step was to bring. */
export function verifyUnit(after: UnitState, { action }: UnitChange, before: UnitState): Verdict {
  return isAsWanted(after, action, before) ? { kind: 'as-wanted' } : { kind: 'not-yet', why: asItIs(after) };
}

function isAsWanted(after: UnitState, action: UnitChange['action'], before: UnitState): boolean {
  const isMasked = after.loadState === 'masked' || after.unitFileState.startsWith('masked');
  switch (action) {
    case 'start':
      return isUp(after) || hasRun(after, before);
    case 'restart':
      return (isUp(after) && startOf(after) !== startOf(before)) || hasRun(after, before);
    case 'stop':
      return isDown(after);
    case 'enable':
      return isEnabled(after);
    case 'disable':
      return !mayStart(after);
    case 'mask':
      return isMasked;
    case 'unmask':
      return !isMasked;
    case 'reload':
      return !after.needsReload;
  }
}

/** A oneshot is inactive again when its work is done. */
function hasRun(after: UnitState, before: UnitState): boolean {
  const { properties, activeState } = after;
  const isOneshot = properties.get('Type') === 'oneshot' && properties.get('Result') === 'success';
  return isOneshot && activeState === 'inactive' && startOf(after) !== startOf(before);
}

/** Differs between two starts of a unit, with or without a main process. */
function startOf({ mainPid, mainStartMicros, properties }: UnitState): string {
  return `${mainPid} ${mainStartMicros} ${properties.get('ActiveEnterTimestampMonotonic') ?? ''}`;
}

function asItIs({ id, activeState, subState, unitFileState, needsReload }: UnitState): string {
  const file = unitFileState === '' ? '' : `, ${unitFileState}`;
  return printable(`${id} is ${activeState} (${subState})${file}${needsReload ? ', and wants a daemon-reload' : ''}`);
}
