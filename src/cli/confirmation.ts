import { UnbusyError } from '../core/errors.ts';
import type { ConfirmAnswer } from '../core/rollout.ts';
import type { ConsentSource } from '../engine/consent.ts';
import { confirmLines } from '../report/rollout-lines.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import { styleFor } from './look.ts';

const ANSWERS: Readonly<Record<string, ConfirmAnswer>> = {
  '': 'no',
  n: 'no',
  no: 'no',
  y: 'yes',
  yes: 'yes',
  a: 'all',
  all: 'all',
};

const ONE_BATCH = '  y begins; n, or Enter alone, leaves these hosts as they are and ends the run.\n';
const MORE_BATCHES =
  '  y begins this batch and asks again before the next; a begins this and all later ones;\n' +
  '  n, or Enter alone, leaves these hosts and all later ones as they are and ends the run.\n';

/** Who allows what restarts something: --yes, whoever sits at the terminal, or nobody. */
export function consentOf(io: Io, given: Given): ConsentSource {
  if (given.has('yes')) return { kind: 'given' };
  const { ask } = io;
  if (ask === undefined) return { kind: 'nobody' };
  return {
    kind: 'ask',
    async ask(request, signal) {
      io.err.write(`${confirmLines(request, styleFor(io, given, io.err)).join('\n')}\n`);
      const question =
        request.later === 0
          ? 'Begin? [y/N] '
          : 'Begin? y: this batch, a: this and all later ones, N: stop here. [y/a/N] ';
      for (;;) {
        const answer = ANSWERS[(await ask(question, signal)).trim().toLowerCase()];
        if (signal.aborted) throw new UnbusyError('E_INTERRUPTED', 'the run ended while it was asked');
        if (answer !== undefined) return answer;
        io.err.write(request.later === 0 ? ONE_BATCH : MORE_BATCHES);
      }
    },
  };
}
