import type { Opened, Session } from '../connection/session.ts';
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

  /** The session as root (`become`) or as the login user. */
  get(become: boolean): Promise<Opened> {
    let opened = this.#open.get(become);
    if (opened === undefined) {
      const { become: _, ...plain } = this.#target;
      opened = this.#connector.open(become ? { ...plain, become: this.#become } : plain, this.#signal);
      this.#open.set(become, opened);
    }
    return opened;
  }

  /** Ends what runs in every session of this host. */
  async cancel(reason: string): Promise<void> {
    await Promise.all((await this.#sessions()).map((session) => session.cancel(reason)));
  }

  /** Closes every session in good order. */
  async close(): Promise<void> {
    await Promise.all((await this.#sessions()).map((session) => session.close()));
  }

  async #sessions(): Promise<Session[]> {
    const opened = await Promise.all(this.#open.values());
    return opened.flatMap((each) => (each.ok ? [each.session] : []));
  }
}
