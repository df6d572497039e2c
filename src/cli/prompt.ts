import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UnbusyError } from '../core/errors.ts';

/** Streams of the terminal that a person sits at. */
export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  /** Where the question is written. */
  readonly output: NodeJS.WritableStream;
}

/** Asks for a line. Throws E_INTERRUPTED on ^C, at the end of input, and once the signal is aborted. */
export function askLine({ input, output }: PromptStreams, question: string, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input, output, terminal: true });
  const stopped = () => new UnbusyError('E_INTERRUPTED', 'interrupted at a question', { data: { signal: 'SIGINT' } });
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
