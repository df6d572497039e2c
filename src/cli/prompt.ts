import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { UnbusyError } from '../core/errors.ts';

/** Streams of the terminal that a person sits at. */
export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  /** Where the question is written. */
  readonly output: NodeJS.WritableStream;
}

/** How long input is dropped before a question: a terminal hands over at once what was typed before. */
const DROP_MS = 80;

/**
 * Asks for a line; what was typed before the question is no answer to it and is dropped. Throws E_INTERRUPTED on ^C, at
 * the end of input, and once the signal is aborted.
 */
export async function askLine(streams: PromptStreams, question: string, signal: AbortSignal): Promise<string> {
  if (await dropTypedAhead(streams.input)) throw stopped();
  return ask(streams, question, signal);
}

const stopped = () => new UnbusyError('E_INTERRUPTED', 'interrupted at a question', { data: { signal: 'SIGINT' } });

/** True if there was a ^C in what was dropped, or its end. Raw mode hands over half a line too. */
async function dropTypedAhead(
  input: PromptStreams['input'] & { setRawMode?(raw: boolean): unknown },
): Promise<boolean> {
  let interrupted = false;
  const drop = (chunk: Buffer | string) => {
    interrupted ||= chunk.toString().includes('\x03');
  };
  const end = () => {
    interrupted = true;
  };
  input.setRawMode?.(true);
  input.on('data', drop).on('end', end);
  await setTimeout(DROP_MS);
  input.off('data', drop).off('end', end);
  input.pause();
  input.setRawMode?.(false);
  return interrupted;
}

function ask({ input, output }: PromptStreams, question: string, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input, output, terminal: true });
  return new Promise<string>((resolve, reject) => {
    const stop = () => reject(stopped());
    reader.on('SIGINT', stop);
    reader.on('close', stop);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    reader.question(question, resolve);
  })
    .catch((error) => {
      output.write('\n');
      throw error;
    })
    .finally(() => reader.close());
}

/** Asks for a line that is not shown while it is typed. Throws E_INTERRUPTED on ^C and E_USAGE on the end of input. */
export function askHidden({ input, output }: PromptStreams, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true });
  return new Promise<string>((resolve, reject) => {
    output.write(question);
    reader.on('SIGINT', () => reject(new UnbusyError('E_INTERRUPTED', 'interrupted while a secret was asked for')));
    reader.on('close', () => reject(new UnbusyError('E_USAGE', 'the input ended while a secret was asked for')));
    reader.question('', resolve);
  }).finally(() => {
    reader.close();
    output.write('\n');
  });
}
