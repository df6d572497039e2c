/**
 * How many handshakes may be under way with one server at first. sshd drops connections at random from ten unfinished
 * ones on (MaxStartups 10:30:100 in sshd_config(5)), so it is below that.
 */
const AT_FIRST = 8;

/** A server that takes them all gets more, one for each that works; past this, more at once would not be faster. */
const AT_MOST = 64;

/** A place in the gate; call it when the handshake is over, with whether the server shed it. */
export type Leave = (shed: boolean) => void;

/** Lets a few handshakes at a time through to one server, first come first served. */
export class AdmissionGate {
  #limit = AT_FIRST;
  /** Once a server has shed, it never gets more than at first. */
  #ceiling = AT_MOST;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when there is room; rejects with the signal's reason if it is aborted before. */
  async enter(signal: AbortSignal): Promise<Leave> {
    signal.throwIfAborted();
    if (this.#inside >= Math.floor(this.#limit)) await this.#wait(signal);
    else this.#inside += 1;
    let left = false;
    return (shed) => {
      if (left) return;
      left = true;
      this.#adapt(shed);
      this.#inside -= 1;
      this.#admit();
    };
  }

  #adapt(shed: boolean): void {
    if (shed) {
      this.#ceiling = AT_FIRST;
      this.#limit = Math.max(1, this.#limit / 2);
    } else {
      this.#limit = Math.min(this.#ceiling, this.#limit + (this.#ceiling === AT_MOST ? 1 : 0.25));
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const admitted = () => {
        signal.removeEventListener('abort', gaveUp);
        resolve();
      };
      const gaveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(admitted), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', gaveUp, { once: true });
      this.#waiting.push(admitted);
    });
  }

  #admit(): void {
    while (this.#inside < Math.floor(this.#limit)) {
      const admitted = this.#waiting.shift();
      if (admitted === undefined) return;
      this.#inside += 1;
      admitted();
    }
  }
}

/** One gate for each server. */
export class AdmissionGates {
  readonly #gates = new Map<string, AdmissionGate>();

  /** The gate of the server at this address. */
  of(address: string): AdmissionGate {
    let gate = this.#gates.get(address);
    if (gate === undefined) {
      gate = new AdmissionGate();
      this.#gates.set(address, gate);
    }
    return gate;
  }
}
