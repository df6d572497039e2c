import { isDeepStrictEqual } from 'node:util';
import type { Call, Outcome, Session } from '../../src/connection/session.ts';

/** A call and what the host said to it. */
export interface Heard {
  readonly call: Call;
  readonly outcome: Outcome;
}

/**
 * A session that keeps its calls, and may bend an outcome before the caller sees it, for instance cut it. What is asked again at the same
 * place and in the same words may be answered from memory: a host that nobody changes says the same again.
 */
export class MeddledSession implements Session {
  /** What was called since it was last emptied, in order, with what the host said. */
  readonly heard: Heard[] = [];
  memory: readonly Heard[] = [];
  meddle: (outcome: Outcome, number: number) => Outcome = (outcome) => outcome;
  readonly #inner: Session;
  #asked = 0;

  constructor(inner: Session) {
    this.#inner = inner;
  }

  get host() {
    return this.#inner.host;
  }

  get transport() {
    return this.#inner.transport;
  }

  get facts() {
    return this.#inner.facts;
  }

  async call(call: Call): Promise<Outcome> {
    const place = this.#asked++;
    const known = this.memory[place];
    const outcome = known && isDeepStrictEqual(known.call, call) ? known.outcome : await this.#inner.call(call);
    this.heard[place] = { call, outcome };
    return this.meddle(outcome, place + 1);
  }

  /** Begins to count anew; gives what was heard until now. */
  rewind(): readonly Heard[] {
    this.#asked = 0;
    return this.heard.splice(0);
  }

  cancel(reason: string) {
    return this.#inner.cancel(reason);
  }

  close() {
    return this.#inner.close();
  }
}
