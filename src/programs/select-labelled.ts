import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { dockerProgram } from './docker-client.ts';
import { EXIT } from './exit-numbers.ts';
import type { LabelledAnswer } from './find-labelled.ts';
import { runProgram } from './run-program.ts';
import text from './select-labelled.sh';

/** Tells the containers with a label, by the daemon or from its files; the compiled hook calls it for --only label=. */
export const SELECT_LABELLED: Program = dockerProgram('select-labelled', text);

/** Which containers, running or not, carry one of these labels, NAME or NAME=VALUE; the daemon is asked for each. */
export async function selectLabelled(
  session: Session,
  labels: readonly string[],
  deadlineMs: number,
): Promise<LabelledAnswer> {
  const seconds = Math.max(1, Math.ceil(deadlineMs / 1000));
  const ids = new Set<string>();
  for (const label of labels) {
    const call = { program: SELECT_LABELLED, args: [String(seconds), '', label], deadlineMs: (seconds + 15) * 1000 };
    const answer = await runProgram(session, call, [EXIT.done, EXIT.denied, EXIT.timedOut]);
    if (!answer.ok) return { kind: 'unknown', error: answer.error };
    if (answer.code !== EXIT.done) return { kind: 'unknown', error: silent(session.host, label) };
    for (const { kind, fields } of answer.records) if (kind === 'labelled') ids.add(fields[0] ?? '');
  }
  return { kind: 'known', ids };
}

function silent(host: string, label: string): UnbusyError {
  return new UnbusyError('E_DAEMON_SILENT', `Docker did not list the containers with the label ${printable(label)}`, {
    host,
    hint: 'Make the daemon answer again; then run this once more.',
  });
}
