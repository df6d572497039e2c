import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { dockerProgram } from './docker-client.ts';
import { EXIT } from './exit-numbers.ts';
import text from './find-labelled.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = dockerProgram('find-labelled', text);

/** Full ids, or why they are not known. */
export type LabelledAnswer =
  | { readonly kind: 'known'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Which running containers carry one of these labels, NAME or NAME=VALUE. */
export async function findLabelled(
  session: Session,
  labels: readonly string[],
  deadlineMs: number,
): Promise<LabelledAnswer> {
  if (labels.length === 0) return { kind: 'known', ids: new Set() };
  const seconds = Math.max(1, Math.ceil(deadlineMs / 1000));
  const call = {
    program: PROGRAM,
    args: [String(seconds), ...labels],
    deadlineMs: (labels.length * seconds + 15) * 1000,
  };
  const answer = await runProgram(session, call, [EXIT.done, EXIT.denied, EXIT.toolMissing, EXIT.timedOut]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  if (answer.code === EXIT.done) {
    const ids = answer.records.filter(({ kind }) => kind === 'labelled').map(({ fields }) => fields[0] ?? '');
    return { kind: 'known', ids: new Set(ids) };
  }
  const said = answer.records.find(({ kind }) => kind === 'said')?.fields[0] ?? 'no answer';
  const error = new UnbusyError('E_DAEMON_SILENT', `Docker did not list containers by label: ${printable(said)}`, {
    host: session.host,
    hint: 'Make the daemon answer again; then run this once more.',
  });
  return { kind: 'unknown', error };
}
