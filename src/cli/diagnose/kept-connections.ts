import type { Opened, Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { HostTarget } from '../../core/target.ts';
import type { RunInput } from '../../engine/run.ts';

type Connect = RunInput['connect'];
type Connector = Awaited<ReturnType<Connect>>;

/**
 * Connections that outlive a run, so that the next look at the same hosts uses them again: one connection a host, however often it
 * is looked at. A session that is over is opened anew.
 */
export class KeptConnections {
  readonly #prepare: Connect;
  readonly #sessions = new Map<string, Session>();
  readonly #closing: Promise<void>[] = [];
  #connector: Promise<Connector> | undefined;

  constructor(prepare: Connect) {
    this.#prepare = prepare;
  }

  /** Takes the place of a run's way to connect; the targets must be the same each time. */
  readonly connect: Connect = async (targets) => {
    this.#connector ??= this.#prepare(targets);
    await this.#connector;
    return { open: (target, signal) => this.#open(target, signal), close: async () => {} };
  };

  /** Ends every session, and what hosts share. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.allSettled([...this.#closing, ...sessions.map((session) => session.close())]);
    const connector = await this.#connector?.catch(() => undefined);
    await connector?.close();
  }

  async #open(target: HostTarget, signal: AbortSignal): Promise<Opened> {
    const key = `${target.become === undefined ? 'user' : 'root'} ${target.name}`;
    const kept = this.#sessions.get(key);
    if (kept !== undefined && kept.over !== true) return { ok: true, session: stayOpen(kept) };
    // A session that is over still has its connection. Nobody waits for its end here: the host may be what does not answer.
    if (kept !== undefined) this.#closing.push(kept.close().catch(() => {}));
    this.#sessions.delete(key);
    const connector = await this.#connector;
    if (connector === undefined)
      throw new UnbusyError('E_BUG', `${target.name} was opened before connections were prepared`);
    const opened = await connector.open(target, signal);
    if (!opened.ok) return opened;
    this.#sessions.set(key, opened.session);
    return { ok: true, session: stayOpen(opened.session) };
  }
}

/** The same session, which the end of a run does not close. */
function stayOpen(session: Session): Session {
  const dial = session.dialSocket?.bind(session);
  return {
    host: session.host,
    transport: session.transport,
    facts: session.facts,
    get over() {
      return session.over === true;
    },
    call: (call) => session.call(call),
    cancel: (reason) => session.cancel(reason),
    close: async () => {},
    ...(dial === undefined ? {} : { dialSocket: dial }),
  };
}
