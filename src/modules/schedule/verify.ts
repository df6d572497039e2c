import { printable } from '../../core/text.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { Verdict } from '../module.ts';
import type { ScheduleChange } from './changes.ts';
import { type FileKind, MODES } from './files.ts';
import type { ScheduleState } from './observe.ts';
import { isArmed, nextOf } from './plan.ts';

/** Pure: compares what is there now with what the step was to bring. */
export function verifySchedule(after: ScheduleState, change: ScheduleChange, before: ScheduleState): Verdict {
  const why = whyNot(after, change, before);
  return why === undefined ? { kind: 'as-wanted' } : { kind: 'not-yet', why: printable(why) };
}

function whyNot(after: ScheduleState, change: ScheduleChange, before: ScheduleState): string | undefined {
  const { timer, service } = after;
  switch (change.action) {
    case 'directory':
      return after.directory.type === 'directory' ? undefined : 'the directory is not there';
    case 'write':
      return whyNotWritten(after, change, change.file ?? 'script', before);
    case 'remove':
      if (change.file === undefined)
        return after.staleMetrics === undefined ? undefined : 'the metrics are still there';
      return after.files[change.file].found.type === 'absent'
        ? undefined
        : `${after.files[change.file].path} is still there`;
    case 'reload':
      return whyNotRead(timer) ?? whyNotRead(service);
    case 'enable':
      return timer?.unitFileState === 'enabled' ? undefined : `${timer?.id} is ${timer?.unitFileState}`;
    case 'disable':
      return timer?.unitFileState.startsWith('enabled') ? `${timer.id} is ${timer.unitFileState}` : undefined;
    case 'stop':
      return timer !== undefined && isArmed(timer) ? `${timer.id} is ${timer.activeState}` : undefined;
    case 'start':
      return whyNotArmed(timer);
  }
}

function whyNotWritten(
  after: ScheduleState,
  change: ScheduleChange,
  kind: FileKind,
  before: ScheduleState,
): string | undefined {
  const { path, found } = after.files[kind];
  if (found.type !== 'file' || found.sha256 !== change.sha256) return `${path} does not hold what was written`;
  if (found.mode !== MODES[kind] || found.uid !== 0) return `${path} has mode ${found.mode} and owner ${found.uid}`;
  if (kind === 'service') return whyNotRead(after.service);
  if (kind !== 'timer') return undefined;
  const unread = whyNotRead(after.timer);
  if (unread !== undefined || before.timer === undefined || !isArmed(before.timer)) return unread;
  const since = (state: ScheduleState) => state.timer?.properties.get('ActiveEnterTimestampMonotonic');
  if (since(after) === since(before)) return `${after.timer?.id} was not armed anew`;
  return whyNotArmed(after.timer);
}

function whyNotRead(unit: UnitState | undefined): string | undefined {
  if (unit === undefined) return 'systemd does not run this host';
  if (unit.needsReload) return `systemd has not read ${unit.id} again`;
  if (unit.loadState === 'loaded') return undefined;
  // "NAME \"TEXT\"", as D-Bus has it.
  const error = /"(.+)"/.exec(unit.properties.get('LoadError') ?? '')?.[1];
  return `systemd cannot use ${unit.id}: ${unit.loadState}${error === undefined ? '' : ` (${error})`}`;
}

/** A timer whose times are all over is active, and never starts anything. */
function whyNotArmed(timer: UnitState | undefined): string | undefined {
  if (timer === undefined || !isArmed(timer)) return `${timer?.id} is ${timer?.activeState}`;
  return nextOf(timer) === undefined ? `systemd knows no next time of ${timer.id}` : undefined;
}
