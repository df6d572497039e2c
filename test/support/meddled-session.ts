import type { Call, Outcome, Session } from '../../src/connection/session.ts';

/** A session that counts its calls, and may bend an outcome before the caller sees it, for instance cut it. */
export class MeddledSession implements Session {
  /** Names of the programs that were called, in order. */
  readonly calls: string[] = [];
  meddle: (outcome: Outcome, number: number) => Outcome = (outcome) => outcome;
  readonly #inner: Session;

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
    const number = this.calls.push(call.program.name);
    return this.meddle(await this.#inner.call(call), number);
  }

  cancel(reason: string) {
    return this.#inner.cancel(reason);
  }

  close() {
    return this.#inner.close();
  }
}
