import type { UnitState } from '../../programs/systemd-unit-state.ts';
import {
  differenceOf,
  inOrder,
  makeDirectoryChange,
  removeChange,
  removeMetricsChange,
  type ScheduleChange,
  timerChange,
  writeChange,
} from './changes.ts';
import { type FileKind, KINDS } from './files.ts';
import type { ScheduleState } from './observe.ts';
import type { ScheduleParams } from './params.ts';
import { refuseSchedule } from './refusals.ts';

/** The steps in the order in which they work: what is started is there before what starts it, and goes after it. */
export function planSchedule(state: ScheduleState, params: ScheduleParams): readonly ScheduleChange[] {
  if (refuseSchedule(state, params).length > 0) return [];
  const leaving = [...timerLeaves(state), ...removals(state)];
  if (params.state === 'absent') return inOrder([...leaving, ...removeMetricsChange(state)]);
  return inOrder([
    ...(state.directory.type === 'absent' ? [makeDirectoryChange(params.directory, state)] : []),
    ...writes(state),
    ...(state.by === 'systemd' ? timerSteps(state) : []),
    ...leaving,
    ...removeMetricsChange(state),
  ]);
}

function writes(state: ScheduleState): readonly ScheduleChange[] {
  return KINDS.flatMap((kind) => {
    const text = state.wanted[kind];
    return text === null || differenceOf(state, kind, text) === '' ? [] : [writeChange(state, kind, text)];
  });
}

/** The timer first, for nothing may start what is half gone. */
function removals(state: ScheduleState): readonly ScheduleChange[] {
  const order: readonly FileKind[] = ['cron', 'timer', 'service', 'script'];
  return order.flatMap((kind) =>
    state.wanted[kind] !== null || state.files[kind].found.type === 'absent' ? [] : [removeChange(state, kind)],
  );
}

function timerLeaves(state: ScheduleState): readonly ScheduleChange[] {
  const { timer, wanted } = state;
  if (timer === undefined || wanted.timer !== null) return [];
  return [
    ...(isArmed(timer) ? [timerChange(state, 'stop', `it is ${timer.activeState}`)] : []),
    ...(timer.unitFileState.startsWith('enabled')
      ? [timerChange(state, 'disable', `it is ${timer.unitFileState}`)]
      : []),
  ];
}

function timerSteps(state: ScheduleState): readonly ScheduleChange[] {
  const { timer, service, files, wanted } = state;
  if (timer === undefined || service === undefined) return [];
  const asWanted = files.timer.text === wanted.timer && files.service.text === wanted.service;
  const isUnread = [timer, service].some((unit) => unit.needsReload || unit.loadState !== 'loaded');
  const isKnown = timer.unitFileState !== '';
  return [
    ...(asWanted && isUnread ? [timerChange(state, 'reload', 'its files are newer than what systemd has read')] : []),
    ...(timer.unitFileState === 'enabled'
      ? []
      : [timerChange(state, 'enable', isKnown ? `it is ${timer.unitFileState}` : 'it would not start with the host')]),
    ...(isArmed(timer) && nextOf(timer) !== undefined
      ? []
      : [timerChange(state, 'start', isArmed(timer) ? 'it has no next time' : `it is ${timer.activeState}`)]),
  ];
}

/** True while systemd watches the clock for it. */
export function isArmed({ activeState }: UnitState): boolean {
  return activeState === 'active';
}

/** When systemd starts it next, in systemd's words; undefined: never, by what systemd knows. */
export function nextOf({ properties, subState }: UnitState): string | undefined {
  const next = properties.get('NextElapseUSecRealtime') ?? '';
  if (next !== '' && next !== '0' && next !== 'n/a' && next !== 'infinity') return next;
  return subState === 'running' ? 'after the sweep that runs now' : undefined;
}
