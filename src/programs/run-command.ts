import { randomBytes } from 'node:crypto';
import { encodeText } from '../connection/bytes.ts';
import type { Program, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import text from './run-command.sh';
import { endingError } from './run-program.ts';
import { RUN_SHELL } from './run-shell.ts';
import { userCommandProgram } from './user-command.ts';
import { encodeChunks } from './write-file.ts';

const RUN_COMMAND: Program = userCommandProgram('run-command', text);

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

/**
 * How the command ended; `stale`: it was not started. `cut`: it printed more than is kept. `left`: what it started, still
 * lives and has its stdout or stderr, where that can be seen (of a text for a shell); nobody waits for it, and nobody reads
 * what it writes.
 */
export type CommandEnd =
  | {
      readonly kind: 'ended';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly cut: boolean;
      readonly left: readonly string[];
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
    command.chdir ?? '',
    command.creates ?? '',
    command.removes ?? '',
    command.stdin === undefined ? '-' : String(chunks.length),
    ...chunks,
    ...command.words,
  ];
  // A text may leave something in the background; words rarely do, and are three processes cheaper without pipes of their own.
  const program = command.form === 'shell' ? RUN_SHELL : RUN_COMMAND;
  const deadline = command.deadlineMs === undefined ? {} : { deadlineMs: command.deadlineMs };
  const outcome = await session.call({ program, args, output: 'raw', ...deadline });
  if (outcome.kind !== 'exited') {
    const error = endingError(session.host, 'the command', outcome);
    return { kind: error.class === 'unknown' ? 'unknown' : 'failed', error };
  }
  const { code } = outcome;
  if (code === EXIT_NOT_STARTED) {
    if (outcome.stderr.startsWith(`${word} stale`)) return { kind: 'stale' };
    const why = notStarted(outcome.stderr, word, command);
    if (why !== undefined) return { kind: 'failed', error: startError(session.host, why) };
  }
  const stdout = beforeWord(outcome.stdout, word);
  const stderr = beforeWord(outcome.stderr, word);
  const cut = outcome.cut === true || (stderr.left !== undefined && !(stdout.whole && stderr.whole));
  return { kind: 'ended', exitCode: code, stdout: stdout.text, stderr: stderr.text, cut, left: stderr.left ?? [] };
}

/** What the command wrote to a stream: all before the word. `left`: what lived on, if the program had to look for that. */
function beforeWord(
  stream: string,
  word: string,
): { readonly text: string; readonly whole: boolean; readonly left?: readonly string[] } {
  const at = stream.indexOf(word);
  if (at < 0) return { text: stream, whole: false };
  const lines = stream.slice(at).split('\n');
  const whole = lines[0] === word;
  const text = whole ? stream.slice(0, at) : stream.slice(0, at).replace(/\n$/, '');
  if (!lines.includes(`${word} left`)) return { text, whole };
  const left = lines.flatMap((line) => {
    const match = new RegExp(`^${word} left (\\d+) (.*)$`).exec(line);
    return match === null ? [] : [printable(`${match[2]} (pid ${match[1]})`)];
  });
  return { text, whole, left };
}

function notStarted(stderr: string, word: string, { chdir = '' }: CommandCall): string | undefined {
  if (stderr.startsWith(`${word} chdir`)) return `${printable(chdir)} is no directory to run in`;
  return stderr.startsWith(`${word} proc`) ? 'its pipes cannot be opened through /proc/self/fd' : undefined;
}

function startError(host: string, why: string): UnbusyError {
  return new UnbusyError('E_COMMAND', `the command was not started: ${why}`, { host });
}
