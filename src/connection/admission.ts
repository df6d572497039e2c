/**
 * How many handshakes may be under way with one server at once. sshd drops connections at random from ten unfinished
 * ones on (MaxStartups 10:30:100 in sshd_config(5)), so the limit is below that; a server that sheds halves it, and
 * each handshake that works gives back a little.
 */
const MOST_AT_ONCE = 8;

/** A place in the gate; call it when the handshake is over, with whether the server shed it. */
export type Leave = (shed: boolean) => void;

/** Lets a few handshakes at a time through to one server, first come first served. */
export class AdmissionGate {
  #limit = MOST_AT_ONCE;
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
      this.#limit = shed ? Math.max(1, this.#limit / 2) : Math.min(MOST_AT_ONCE, this.#limit + 0.25);
      this.#inside -= 1;
      this.#admit();
    };
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
