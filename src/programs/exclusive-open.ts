import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import text from './exclusive-open.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** unseen: the host has no tool for it. absent: the device is gone, which frees whoever waited for it. */
export type ExclusiveOpen =
  | { readonly kind: 'free' | 'busy' | 'absent' }
  | { readonly kind: 'unseen'; readonly why: string }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const PROGRAM = boundedProgram('exclusive-open', text);

const STEP_SECONDS = 10;

/** Opens a block device for one alone, for reading, and closes it at once. */
export async function tryExclusiveOpen(session: Session, device: string): Promise<ExclusiveOpen> {
  const call = { program: PROGRAM, args: [String(STEP_SECONDS), device], deadlineMs: (3 * STEP_SECONDS + 10) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.toolMissing, EXIT.timedOut]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  const say = (kind: string) => answer.records.find((record) => record.kind === kind)?.fields[0] ?? '';
  if (answer.code === EXIT.toolMissing) {
    return { kind: 'unseen', why: 'the host has neither perl nor python to open the device with' };
  }
  if (answer.code === EXIT.timedOut) {
    const why = `the open of block device ${device} did not end within ${STEP_SECONDS} s`;
    return { kind: 'unknown', error: new UnbusyError('E_PROGRAM_TIMEOUT', why, { host: session.host }) };
  }
  const word = say('exclusive');
  if (word === 'free' || word === 'busy' || word === 'absent') return { kind: word };
  const why = say('errno') === '' ? printable(say('said')) : `errno ${say('errno')}`;
  return { kind: 'unseen', why: `the open of block device ${device} failed: ${why}` };
}
