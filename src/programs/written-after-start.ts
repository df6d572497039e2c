import type { Program, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import text from './written-after-start.sh';

const PROGRAM: Program = { name: 'written-after-start', text };

/** Whether a process runs since before a file was written; unclear: less apart than the clocks tell, or one of them is gone. */
export type WrittenAfterStart =
  | { readonly ok: true; readonly after: 'yes' | 'no' | 'unclear' }
  | { readonly ok: false; readonly error: UnbusyError };

/** Compares the file's time of modification with the start of the process, to about a fifth of a second. */
export async function writtenAfterStart(session: Session, path: string, pid: number): Promise<WrittenAfterStart> {
  const call = { program: PROGRAM, args: [path, String(pid)] };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.stale, EXIT.toolMissing]);
  if (!answer.ok) return answer;
  const word = answer.records.find(({ kind }) => kind === 'after')?.fields[0];
  return { ok: true, after: word === 'yes' || word === 'no' ? word : 'unclear' };
}
