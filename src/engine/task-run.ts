import type { Task } from '../config/playbook-model.ts';
import type { Session } from '../connection/session.ts';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { TaskTitle } from '../core/events.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { TaskResult, TaskStatus } from '../core/results.ts';
import type { Module, Observed } from '../modules/module.ts';
import { statusOf } from './status.ts';
import { type ChangeGate, type RoundsEnd, runRounds } from './task-rounds.ts';

/** A task's name for the screens. */
export function titleOf({ index, name, module, standby }: Task): TaskTitle {
  return { index, name, module, ...(standby === undefined ? {} : { standby }) };
}

/** A task of a play on one host, named for the report. */
export interface TaskFrame {
  readonly host: string;
  readonly task: string;
  readonly taskIndex: number;
  readonly module: string;
}

/** Runs one task and says how it stands; never throws. */
export async function runTask(
  frame: TaskFrame,
  module: Module,
  session: Session,
  params: unknown,
  first: Promise<Observed<unknown>>,
  mode: 'run' | 'check',
  gate: ChangeGate,
): Promise<Omit<TaskResult, 'durationMs'>> {
  try {
    return taskResult(frame, module, params, mode, await runRounds({ module, session, params, first, mode, ...gate }));
  } catch (thrown) {
    const error = thrown instanceof UnbusyError ? thrown : new UnbusyError('E_BUG', reportError(thrown).message);
    return failedResult(frame, error, 'failed');
  }
}

/** A result without any look at the host: skipped, invalid, unknown, not reached. */
export function emptyResult(frame: TaskFrame, status: TaskStatus, note: string): Omit<TaskResult, 'durationMs'> {
  const result = { status, changed: false };
  return { ...frame, status, note, changes: [], refusals: [], findings: [], gaps: [], result };
}

/** A result whose error says everything. */
export function failedResult(
  frame: TaskFrame,
  error: UnbusyError,
  status: TaskStatus = statusOf(error.class),
): Omit<TaskResult, 'durationMs'> {
  return {
    ...frame,
    status,
    error: reportError(error),
    changes: [],
    refusals: [],
    findings: [],
    gaps: [],
    result: { status },
  };
}

function taskResult(
  frame: TaskFrame,
  module: Module,
  params: unknown,
  mode: 'run' | 'check',
  end: RoundsEnd<unknown>,
): Omit<TaskResult, 'durationMs'> {
  const error = end.error ?? refusalError(end);
  const status = statusFrom(end, error, mode);
  const seen: JsonObject = end.state === undefined ? {} : module.result(end.state);
  const result: { [key: string]: Json } = { ...seen, ...end.said, status, changed: status === 'changed' };
  const unsettled = end.state === undefined ? undefined : module.unsettled?.(end.state, params);
  return {
    ...frame,
    status,
    changes: end.changes,
    refusals: end.refusals,
    findings: end.state === undefined ? [] : (module.findings?.(end.state, end.changes) ?? []),
    gaps: end.gaps,
    result,
    ...(unsettled === undefined ? {} : { unsettled }),
    ...(error === undefined ? {} : { error: reportError(error) }),
  };
}

/** In check mode a refusal beside planned changes does not hide them: the task would change, and would fail. */
function statusFrom(end: RoundsEnd<unknown>, error: UnbusyError | undefined, mode: 'run' | 'check'): TaskStatus {
  if (error !== undefined) return statusOf(error.class);
  if (mode === 'check') return end.changes.length > 0 ? 'would-change' : 'ok';
  // What a policy put off is still to be done, whatever else the task changed.
  if (end.changes.some((change) => change.outcome === 'pending')) return 'would-change';
  return end.changes.some((change) => change.outcome === 'changed') ? 'changed' : 'ok';
}

function refusalError(end: RoundsEnd<unknown>): UnbusyError | undefined {
  const [first] = end.refusals;
  if (first === undefined) return undefined;
  const more = end.refusals.length === 1 ? '' : ` (and ${end.refusals.length - 1} more)`;
  return new UnbusyError('E_REFUSED', `${first.what}: ${first.why}${more}`, { hint: first.hint });
}
