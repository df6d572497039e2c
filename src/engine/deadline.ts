import type { Session } from '../connection/session.ts';
import { formatDuration } from '../core/clock.ts';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { TaskResult } from '../core/results.ts';

type Unfinished = Omit<TaskResult, 'durationMs'>;

/**
 * Runs a task under its deadline and under the run's signal. When either strikes, the remote process group is ended,
 * so the task comes back soon; what it could not finish is unknown, and the error says which of the two it was.
 */
export async function guardTask(
  session: Session,
  deadlineMs: number,
  signal: AbortSignal,
  work: () => Promise<Unfinished>,
): Promise<Unfinished> {
  let struck: UnbusyError | undefined;
  const strike = (error: UnbusyError) => {
    struck ??= error;
    void session.cancel(error.message);
  };
  const onAbort = () => strike(reasonOf(signal));
  const timer = setTimeout(() => strike(overdue(session.host, deadlineMs)), deadlineMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work();
    const cutShort = struck !== undefined && result.error !== undefined;
    return cutShort ? { ...result, status: 'unknown', error: reportError(struck) } : result;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function overdue(host: string, deadlineMs: number): UnbusyError {
  return new UnbusyError('E_DEADLINE', `the task did not end within ${formatDuration(deadlineMs)} and was stopped`, {
    host,
    hint: `Run again: what was done is seen then. If it hangs again, look for tasks in state D on ${host}.`,
  });
}

/** The reason of an abort as an error of ours. */
export function reasonOf(signal: AbortSignal): UnbusyError {
  return signal.reason instanceof UnbusyError
    ? signal.reason
    : new UnbusyError('E_INTERRUPTED', 'the run was interrupted');
}
