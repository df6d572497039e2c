import { encodeText } from '../connection/bytes.ts';
import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { boundedProgram } from './bounded.ts';
import text from './check-shell-syntax.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import { encodeChunks } from './write-file.ts';

const PROGRAM = boundedProgram('check-shell-syntax', text);

/** What a shell of the host says of a script that it read and did not run; `no-shell`: the host does not have it. */
export type ShellSyntax =
  | { readonly ok: true; readonly verdict: 'ok' | 'no-shell' }
  | { readonly ok: true; readonly verdict: 'bad'; readonly said: string }
  | { readonly ok: false; readonly error: UnbusyError };

/** Has a shell of the host read a script (`sh -n`). */
export async function checkShellSyntax(session: Session, shell: string, script: string): Promise<ShellSyntax> {
  const args = [shell, ...encodeChunks(encodeText(script))];
  const answer = await runProgram(session, { program: PROGRAM, args }, [EXIT.done]);
  if (!answer.ok) return answer;
  const [verdict, said = ''] = answer.records.find(({ kind }) => kind === 'syntax')?.fields ?? [];
  if (verdict === 'ok' || verdict === 'no-shell') return { ok: true, verdict };
  if (verdict === 'bad') return { ok: true, verdict, said };
  return {
    ok: false,
    error: new UnbusyError('E_PROTOCOL', 'check-shell-syntax gave no verdict', { host: session.host }),
  };
}
