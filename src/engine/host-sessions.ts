import type { Opened, Session } from '../connection/session.ts';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { BecomeSettings, HostTarget } from '../core/target.ts';

/** Opens sessions; resolves configuration and keys for all targets before the run. */
export interface HostConnector {
  open(target: HostTarget, signal: AbortSignal): Promise<Opened>;
  close(): Promise<void>;
}

/** The sessions of one host: one as the login user, one as root, each opened when first needed. */
export class HostSessions {
  readonly #connector: HostConnector;
  readonly #target: HostTarget;
  readonly #become: BecomeSettings;
  readonly #signal: AbortSignal;
  readonly #open = new Map<boolean, Promise<Opened>>();

  /** `become` says how to be root where the target itself does not. */
  constructor(connector: HostConnector, target: HostTarget, become: BecomeSettings, signal: AbortSignal) {
    this.#connector = connector;
    this.#target = target;
    this.#become = target.become ?? become;
    this.#signal = signal;
  }

  /** The session as root (`become`) or as the login user. Never rejects: one host's trouble is not that of the others. */
  get(become: boolean): Promise<Opened> {
    let opened = this.#open.get(become);
    if (opened === undefined) {
      opened = this.#connect(become).catch((thrown) => ({ ok: false, error: ourError(thrown) }));
      this.#open.set(become, opened);
    }
    return opened;
  }

  /** Closes every session in good order, as far as it goes: what was done has been reported already. The next `get` opens anew. */
  async close(): Promise<void> {
    const open = await this.#sessions();
    this.#open.clear();
    await Promise.allSettled(open.map((session) => session.close()));
  }

  async #connect(become: boolean): Promise<Opened> {
    const { become: _, ...plain } = this.#target;
    return this.#connector.open(become ? { ...plain, become: this.#become } : plain, this.#signal);
  }

  async #sessions(): Promise<Session[]> {
    const opened = await Promise.all(this.#open.values());
    return opened.flatMap((each) => (each.ok ? [each.session] : []));
  }
}

/** What was thrown, as an error of ours. */
export function ourError(thrown: unknown): UnbusyError {
  return thrown instanceof UnbusyError
    ? thrown
    : new UnbusyError('E_BUG', reportError(thrown).message, { cause: thrown });
}
