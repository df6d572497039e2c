import type { Call, ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** What the host said to one dangerous step; the same shape as a module's answer to a change. */
export type HostStep =
  | { readonly kind: 'done'; readonly note?: string }
  | { readonly kind: 'stale'; readonly found: string }
  | { readonly kind: 'busy'; readonly by: string }
  | { readonly kind: 'denied'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: UnbusyError }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** The exit number of a step that failed in a way that has no number of its own. */
export const EXIT_FAILED = 20;

const KNOWN = [EXIT.done, EXIT.stale, EXIT.busy, EXIT.denied, EXIT.toolMissing, EXIT.timedOut, EXIT_FAILED];

/** What a step printed, by kind; a field that is not there is an empty text. */
export interface StepAnswer {
  readonly code: number;
  /** First field of the first record of that kind, made safe to print. */
  say(kind: string): string;
  readonly records: readonly ProgramRecord[];
}

/** Runs a step. Stale, a missing tool and a step that did not end mean the same for every program; the rest is for the caller. */
export async function runHostStep(
  session: Session,
  call: Call,
  what: string,
  read: (answer: StepAnswer) => HostStep,
): Promise<HostStep> {
  const answer = await runProgram(session, call, KNOWN);
  if (!answer.ok) return { kind: answer.error.class === 'unknown' ? 'unknown' : 'failed', error: answer.error };
  const { code, records } = answer;
  const say = (kind: string) =>
    printable(records.find((record) => record.kind === kind)?.fields[0] ?? '', 'none').slice(0, 600);
  if (code === EXIT.stale) return { kind: 'stale', found: say('found') || 'something else' };
  if (code === EXIT.timedOut) return { kind: 'unknown', error: lateError(session.host, what, say('stuck')) };
  if (code === EXIT.toolMissing) {
    const error = new UnbusyError('E_PREFLIGHT_TOOL', `${what}: no tool on ${session.host} can do this`, {
      host: session.host,
    });
    return { kind: 'failed', error };
  }
  return read({ code, records, say });
}

function lateError(host: string, what: string, stuck: string): UnbusyError {
  const left =
    stuck === '' ? 'it was ended' : `it is in state D as pid ${stuck}, which no signal ends, and was left to itself`;
  return new UnbusyError('E_PROGRAM_TIMEOUT', `${what} did not end in time; ${left}`, {
    host,
    hint: 'Look for a dead or frozen file system behind it. It is not tried again.',
    ...(stuck === '' ? {} : { data: { stuckPid: Number(stuck) } }),
  });
}
