import type { Session } from '../connection/session.ts';
import { type Clock, formatDuration } from '../core/clock.ts';
import { abortError, reportError, UnbusyError } from '../core/errors.ts';
import type { TaskResult } from '../core/results.ts';

type Unfinished = Omit<TaskResult, 'durationMs'>;

/**
 * Runs a task under its deadline and under the run's signal. When either strikes, the remote process group is ended,
 * so the task comes back soon; what it could not finish is unknown, and the error says which of the two it was, and
 * what is left of it on the host.
 */
export async function guardTask(
  session: Session,
  deadlineMs: number,
  signal: AbortSignal,
  work: () => Promise<Unfinished>,
): Promise<Unfinished> {
  let struck: { readonly error: UnbusyError; readonly left: Promise<string | undefined> } | undefined;
  const strike = (error: UnbusyError) => {
    struck ??= { error, left: endWork(session, error.message) };
  };
  const onAbort = () => strike(reasonOf(signal));
  const timer = setTimeout(() => strike(overdue(session.host, deadlineMs)), deadlineMs);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const result = await work();
    if (struck === undefined || result.error === undefined) return result;
    return { ...result, status: 'unknown', error: reportError(withLeft(struck.error, await struck.left)) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** What is left on the host after its work was to be ended; undefined if it is known to be gone. */
async function endWork(session: Session, reason: string): Promise<string | undefined> {
  try {
    const { gone, left } = await session.cancel(reason);
    return gone ? undefined : (left ?? 'nobody could look');
  } catch (thrown) {
    return `nobody could look: ${reportError(thrown).message}`;
  }
}

function withLeft(error: UnbusyError, left: string | undefined): UnbusyError {
  if (left === undefined) return error;
  const { hint, host, data } = error;
  return new UnbusyError(error.code, `${error.message}; still there: ${left}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(host === undefined ? {} : { host }),
    ...(data === undefined ? {} : { data }),
  });
}

function overdue(host: string, deadlineMs: number): UnbusyError {
  return new UnbusyError('E_DEADLINE', `the task did not end within ${formatDuration(deadlineMs)} and was stopped`, {
    host,
    hint: `Run again: what was done is seen then. If it hangs again, look for tasks in state D on ${host}.`,
  });
}

/** The reason of an abort as an error of ours. */
export function reasonOf(signal: AbortSignal): UnbusyError {
  return abortError(signal, () => new UnbusyError('E_INTERRUPTED', 'the run was interrupted'));
}

/** A deadline that passes only while it runs, so that a host does not pay for the others that it waits for. */
export class Budget {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #overdue: () => UnbusyError;
  #leftMs: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `what` and `flag` name it in the error. */
  constructor(clock: Clock, ms: number, what: string, flag: string) {
    this.#clock = clock;
    this.#leftMs = ms;
    // An error is not made before it is needed: its stack costs more than all else here.
    this.#overdue = () =>
      new UnbusyError('E_DEADLINE', `the deadline of ${what} passed (${formatDuration(ms)})`, {
        hint: `Raise ${flag}, or run again: what was done is seen then.`,
      });
  }

  /** Aborted when the time is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(): void {
    this.#since = this.#clock.now();
    this.#timer = setTimeout(() => this.#controller.abort(this.#overdue()), Math.max(0, this.#leftMs));
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= this.#clock.now() - this.#since;
  }
}
