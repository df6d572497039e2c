import { MistakesError, reportError, UnbusyError } from '../core/errors.ts';
import { exitCodeOfError } from '../core/exit-codes.ts';
import { formatMistake, formatMistakes } from '../core/mistake-lines.ts';
import { printable } from '../core/text.ts';
import { withNearFile } from './near-file.ts';

/** What ended a command, as lines for a person, and its exit code. */
export interface Failure {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** Explains whatever was thrown: mistakes with their places, our errors with code and hint, anything else as a bug of ours. */
export function explainFailure(thrown: unknown): Failure {
  if (thrown instanceof MistakesError) {
    const [first] = thrown.mistakes;
    const number = thrown.mistakes.length;
    const total = `${number} mistake${number === 1 ? '' : 's'}; no host was touched`;
    const exitCode = exitCodeOfError(first?.code ?? 'E_USAGE');
    return { lines: [...formatMistakes(thrown.mistakes.map(withNearFile)), total], exitCode };
  }
  if (thrown instanceof UnbusyError && thrown.class !== 'bug') {
    const lines = formatMistake(withNearFile(thrown));
    const [head = '', ...rest] = lines;
    const exitCode = thrown.data?.signal === 'SIGTERM' ? 143 : exitCodeOfError(thrown.code);
    return { lines: [thrown.place === undefined ? `${thrown.code}: ${head}` : head, ...rest], exitCode };
  }
  const { message } = reportError(thrown);
  return {
    lines: [
      `E_BUG: ${printable(message, 'lines')}`,
      'This is a mistake of ours. Please report it with the text above.',
    ],
    exitCode: 1,
  };
}
