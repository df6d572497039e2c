import { UnbusyError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { Risk } from '../core/results.ts';
import { type ConfirmAnswer, type ConfirmRequest, DANGEROUS, type Danger } from '../core/rollout.ts';

/** Who says whether something may be restarted: somebody did already, somebody can be asked, or nobody is there. */
export type ConsentSource =
  | { readonly kind: 'given' }
  | { readonly kind: 'ask'; ask(request: ConfirmRequest, signal: AbortSignal): Promise<ConfirmAnswer> }
  | { readonly kind: 'nobody' };

/** What was allowed so far in this run. A yes holds for the risks that were named, and for one batch. */
export class Consent {
  readonly #source: ConsentSource;
  readonly #emit: Emit;
  readonly #run = new Set<Risk>();
  #batch: ReadonlySet<Risk> = new Set();

  constructor(source: ConsentSource, emit: Emit) {
    this.#source = source;
    this.#emit = emit;
  }

  /** True if a step of that risk may be taken now. */
  permits(risk: Risk): boolean {
    return !DANGEROUS.includes(risk) || this.#source.kind === 'given' || this.#run.has(risk) || this.#batch.has(risk);
  }

  /** Asks for a batch, if there is something to ask and somebody to answer; false: it must not begin. */
  async forBatch(request: ConfirmRequest, signal: AbortSignal): Promise<boolean> {
    this.#batch = new Set();
    const risks = risksOf(request.dangers);
    if (this.#source.kind !== 'ask' || [...risks].every((risk) => this.permits(risk))) return true;
    this.#emit({ kind: 'confirm-start', request });
    let answer: ConfirmAnswer | undefined;
    try {
      answer = await this.#source.ask(request, signal);
    } finally {
      this.#emit({ kind: 'confirm-end', ...(answer === undefined ? {} : { answer }) });
    }
    if (answer === 'all') for (const risk of risks) this.#run.add(risk);
    if (answer === 'yes') this.#batch = risks;
    return answer !== 'no';
  }
}

/** What nobody can foresee may be anything. */
function risksOf(dangers: readonly Danger[]): ReadonlySet<Risk> {
  return new Set(dangers.flatMap((danger) => (danger.maybe ? DANGEROUS : danger.risks)));
}

/** Why a step was not taken that nobody allowed. */
export function notConfirmed(title: string, host: string): UnbusyError {
  return new UnbusyError('E_CONFIRM', `${title}: nobody confirmed it, and it was not done`, {
    host,
    hint: 'Look at what it would stop with -C; then run again with --yes.',
  });
}
