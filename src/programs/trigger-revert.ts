import type { Session } from '../connection/session.ts';
import { EXIT } from './exit-numbers.ts';
import { type Answer, runProgram } from './run-program.ts';
import text from './trigger-revert.sh';
import { type RevertNote, type RevertReason, readNotes } from './undo-state.ts';
import { watchedProgram } from './undo-watchdog.ts';

const PROGRAM = watchedProgram('trigger-revert', text);

/** The longest that a host may take: reload, restart, and an answer of the daemon. */
const REVERT_SECONDS = 240;

/** What the host said to it: put back, with its note; confirmed or put back by another meanwhile; or not known. */
export type RevertAnswer =
  | { readonly kind: 'reverted'; readonly note: RevertNote }
  | { readonly kind: 'stale' }
  | { readonly kind: 'unknown'; readonly answer: Answer };

/** Lets the host put back at once what a restart was made for; if the link is lost meanwhile, the host goes on. */
export async function triggerRevert(
  session: Session,
  unit: string,
  token: string,
  reason: RevertReason,
): Promise<RevertAnswer> {
  const call = {
    program: PROGRAM,
    args: [unit, token, reason, String(REVERT_SECONDS)],
    deadlineMs: (REVERT_SECONDS + 60) * 1000,
  };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.stale, EXIT.timedOut]);
  if (answer.ok && answer.code === EXIT.stale) return { kind: 'stale' };
  const [note] = answer.ok ? readNotes(answer.records) : [];
  return note === undefined ? { kind: 'unknown', answer } : { kind: 'reverted', note };
}
