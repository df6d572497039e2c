import { systemClock } from '../core/clock.ts';
import { COMMANDS } from './commands.ts';
import { explainFailure } from './failure.ts';
import { type EndingSignal, type Io, type Terminal, UNBOUNDED } from './io.ts';
import { runProgram } from './program.ts';
import { askHidden, askLine } from './prompt.ts';
import { VERSION } from './version.ts';

const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The reader closed its pipe, or the terminal hung up: no error of ours. */
const GONE: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/** Why the result is not whole where it should be, for instance ENOSPC. */
let resultLost: string | undefined;

/**
 * A reader that went away (`unbusy … | head`) or a log on a full disk never ends the work on hosts: what we write then
 * goes nowhere.
 */
function terminalOf(stream: NodeJS.WriteStream): Terminal {
  let gone = false;
  stream.on('error', ({ code = 'error' }: NodeJS.ErrnoException) => {
    gone = true;
    if (stream === process.stdout && !GONE.has(code)) resultLost ??= code;
  });
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    columns: () => (stream.isTTY && stream.columns > 0 ? stream.columns : UNBOUNDED),
  };
}

/** Takes the password out of our environment, so that no child process inherits it. */
function takePassword(): string | undefined {
  const password = process.env.UNBUSY_BECOME_PASSWORD;
  delete process.env.UNBUSY_BECOME_PASSWORD;
  return password === '' ? undefined : password;
}

function onSignal(listener: (signal: EndingSignal) => void): () => void {
  const heard = (signal: NodeJS.Signals) => listener(signal as EndingSignal);
  for (const signal of SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of SIGNALS) process.off(signal, heard);
  };
}

const becomePassword = takePassword();
const streams = { input: process.stdin, output: process.stderr };
const io: Io = {
  out: terminalOf(process.stdout),
  err: terminalOf(process.stderr),
  env: { ...process.env },
  becomePassword,
  clock: systemClock,
  version: VERSION,
  askHidden: process.stdin.isTTY && process.stderr.isTTY ? (question) => askHidden(streams, question) : undefined,
  ask: process.stdin.isTTY && process.stderr.isTTY ? (...given) => askLine(streams, ...given) : undefined,
  onSignal,
  leave: (code) => process.exit(code),
};

async function main(): Promise<void> {
  let exitCode: number;
  try {
    exitCode = await runProgram(io, COMMANDS, process.argv.slice(2));
  } catch (thrown) {
    const failure = explainFailure(thrown);
    io.err.write(`${failure.lines.join('\n')}\n`);
    exitCode = failure.exitCode;
  }
  // What was written last may still be on its way into a pipe; then nothing may keep us, not even a forgotten connection.
  // An error of a stream is told one tick after its callback.
  process.stdout.write('', () =>
    setImmediate(() => {
      if (resultLost !== undefined) io.err.write(`The result could not be written to stdout: ${resultLost}\n`);
      process.stderr.write('', () => process.exit(resultLost !== undefined && exitCode === 0 ? 1 : exitCode));
    }),
  );
}

void main();
