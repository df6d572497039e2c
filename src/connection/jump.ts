import type { Clock } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Result, SshConnection } from './ssh-connection.ts';

/** A share in a jump host's connection; `release` when the connection behind it is over. */
export interface Lease {
  readonly connection: SshConnection;
  release(): void;
}

interface Shared {
  readonly opening: Promise<Result<SshConnection>>;
  users: number;
  failedAt?: number;
  timer?: NodeJS.Timeout;
}

/** A failed jump host is not dialled again for this long: each host behind it would wait for the same answer. */
const KEEP_FAILURE_MS = 10_000;

/** One connection for each jump host, shared by all who go through it, closed when nobody has used it for a while. */
export class JumpPool {
  readonly #shared = new Map<string, Shared>();
  readonly #clock: Clock;
  readonly #lingerMs: number;

  constructor(clock: Clock, lingerMs = 3000) {
    this.#clock = clock;
    this.#lingerMs = lingerMs;
  }

  /** A share in the connection with this key; opened by the first who asks. The signal ends only this one's wait. */
  async acquire(key: string, open: () => Promise<Result<SshConnection>>, signal: AbortSignal): Promise<Result<Lease>> {
    const shared = this.#entry(key, open);
    shared.users += 1;
    clearTimeout(shared.timer);
    const release = once(() => this.#release(key, shared));
    try {
      const opened = await orAborted(shared.opening, signal);
      if (opened.ok) return { ok: true, value: { connection: opened.value, release } };
      release();
      return opened;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes every connection, used or not. */
  close(): void {
    for (const [key, shared] of this.#shared) this.#drop(key, shared);
  }

  #entry(key: string, open: () => Promise<Result<SshConnection>>): Shared {
    const existing = this.#shared.get(key);
    const fresh = existing?.failedAt === undefined || this.#clock.now() - existing.failedAt < KEEP_FAILURE_MS;
    if (existing !== undefined && fresh) return existing;
    const shared: Shared = { opening: open(), users: 0 };
    this.#shared.set(key, shared);
    void shared.opening.then((opened) => {
      if (!opened.ok) shared.failedAt = this.#clock.now();
      else opened.value.onClose(() => this.#forget(key, shared));
    });
    return shared;
  }

  #release(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0 || shared.failedAt !== undefined) return;
    shared.timer = setTimeout(() => this.#drop(key, shared), this.#lingerMs);
    shared.timer.unref();
  }

  #drop(key: string, shared: Shared): void {
    clearTimeout(shared.timer);
    this.#forget(key, shared);
    void shared.opening.then((opened) => {
      if (opened.ok) opened.value.close();
    });
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key);
  }
}

/** A jump host's error as the host behind it meets it: what concerns its identity or login keeps its code. */
export function jumpError(host: string, error: UnbusyError): UnbusyError {
  const keeps = /^E_(HOSTKEY_|AUTH|INTERRUPTED|DEADLINE)/.test(error.code);
  return new UnbusyError(keeps ? error.code : 'E_CONNECT_JUMP', `Jump host: ${error.message}`, {
    host,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    data: { ...error.data, jump: error.host ?? '', jumpCode: error.code },
    cause: error,
  });
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
