import type { Call, Outcome, ProgramRecord, Session } from '../connection/session.ts';
import { formatDuration } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';

/** What a program answered: its exit number with the records it printed, or why there is no answer. */
export type Answer =
  | { readonly ok: true; readonly code: number; readonly records: readonly ProgramRecord[]; readonly stderr: string }
  | { readonly ok: false; readonly error: UnbusyError };

/**
 * Runs a program and accepts only the exit numbers that its driver knows; every other ending is an error
 * with the program's name, what happened, and the last of what it wrote to stderr.
 */
export async function runProgram(session: Session, call: Call, known: readonly number[]): Promise<Answer> {
  const outcome = await session.call(call);
  if (outcome.kind === 'exited' && known.includes(outcome.code)) {
    return { ok: true, code: outcome.code, records: outcome.records, stderr: outcome.stderr };
  }
  return { ok: false, error: endingError(session.host, call.program.name, outcome) };
}

/** The error for an ending that the caller has no meaning for. */
export function endingError(host: string, program: string, outcome: Outcome): UnbusyError {
  switch (outcome.kind) {
    case 'exited':
      return new UnbusyError(
        'E_PROGRAM_EXIT',
        `${program} ended with exit number ${outcome.code}${said(outcome.stderr)}`,
        { host },
      );
    case 'killed':
      return new UnbusyError(
        'E_PROGRAM_KILLED',
        `${program} was ended by signal ${outcome.signal}${said(outcome.stderr)}`,
        { host },
      );
    case 'timed-out':
      return overdueError(host, program, outcome);
    case 'lost':
      return new UnbusyError('E_PROGRAM_LOST', `${program} gave no whole answer: ${outcome.reason}`, {
        host,
        hint: 'Run again: what was done is seen then, and nothing is done twice.',
      });
  }
}

/** What could not be ended (state D) is named, and is never called killed. */
function overdueError(host: string, program: string, outcome: Outcome & { kind: 'timed-out' }): UnbusyError {
  const after = formatDuration(outcome.afterMs);
  if (outcome.left === undefined) {
    return new UnbusyError('E_PROGRAM_TIMEOUT', `${program} did not end within ${after} and was ended`, {
      host,
      hint: `Look for what makes ${host} slow; the host was left as it was when the program was ended.`,
    });
  }
  const left = printable(outcome.left);
  return new UnbusyError(
    'E_PROGRAM_TIMEOUT',
    `${program} did not end within ${after}, and could not be ended: ${left}`,
    {
      host,
      hint: `Leave it alone: no signal ends a task in state D. Repair what it waits for, or reboot ${host}.`,
      data: { left: outcome.left },
    },
  );
}

/** The last line on stderr, made safe to print. */
function said(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return last === '' ? '' : `: ${printable(last).slice(0, 300)}`;
}
