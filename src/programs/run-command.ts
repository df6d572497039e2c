import { randomBytes } from 'node:crypto';
import { encodeText } from '../connection/bytes.ts';
import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import text from './run-command.sh';
import { endingError } from './run-program.ts';
import { encodeChunks } from './write-file.ts';

const RUN_COMMAND: Program = { name: 'run-command', text };

/** A command of the user's: words that are executed as they are, or one text for /bin/sh -c. */
export interface CommandCall {
  readonly form: 'argv' | 'shell';
  readonly words: readonly string[];
  readonly chdir: string | undefined;
  /** Given to the command on stdin; undefined: /dev/null. */
  readonly stdin: string | undefined;
  /** Must not exist right before the command starts. */
  readonly creates: string | undefined;
  /** Must exist right before the command starts. */
  readonly removes: string | undefined;
  readonly deadlineMs: number | undefined;
}

/** How the command ended; `stale`: it was not started. `cut`: it printed more than is kept. */
export type CommandEnd =
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly cut: boolean;
    }
  | { readonly kind: 'stale' }
  | { readonly kind: 'failed' | 'unknown'; readonly error: UnbusyError };

/** env(1) and timeout(1) end so if they fail before the command starts. */
const EXIT_NOT_STARTED = 125;

/** Runs a command; its exit number arrives as it is, whatever it is. */
export async function runCommand(session: Session, command: CommandCall): Promise<CommandEnd> {
  const word = randomBytes(12).toString('hex');
  const chunks = command.stdin === undefined ? [] : encodeChunks(encodeText(command.stdin));
  const args = [
    word,
    command.form,
    command.chdir ?? '',
    command.creates ?? '',
    command.removes ?? '',
    command.stdin === undefined ? '-' : String(chunks.length),
    ...chunks,
    ...command.words,
  ];
  const deadline = command.deadlineMs === undefined ? {} : { deadlineMs: command.deadlineMs };
  const outcome = await session.call({ program: RUN_COMMAND, args, output: 'raw', ...deadline });
  if (outcome.kind !== 'exited') {
    const error = endingError(session.host, 'the command', outcome);
    return { kind: error.class === 'unknown' ? 'unknown' : 'failed', error };
  }
  const { code, stdout, stderr } = outcome;
  if (code === EXIT_NOT_STARTED && stderr.startsWith(`${word} stale`)) return { kind: 'stale' };
  if (code === EXIT_NOT_STARTED && stderr.startsWith(`${word} chdir`)) {
    return { kind: 'failed', error: chdirError(session.host, command.chdir ?? '') };
  }
  return { kind: 'ended', exitCode: code, stdout, stderr, cut: outcome.cut === true };
}

function chdirError(host: string, directory: string): UnbusyError {
  return new UnbusyError(
    'E_COMMAND',
    `the command was not started: ${printable(directory)} is no directory to run in`,
    {
      host,
    },
  );
}
