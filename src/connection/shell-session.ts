import { inTime } from '../core/clock.ts';
import { endGroup, type GroupEnd } from './end-group.ts';
import type { ShellPlace } from './host-facts.ts';
import type { Dialled, Link } from './link.ts';
import { openShell, type ShellOptions } from './open-shell.ts';
import type { Call, HostFacts, Opened, Outcome, Session } from './session.ts';
import type { ShellWire } from './shell-wire.ts';

/** What openShellSession takes; everything has a default. */
export type SessionOptions = Partial<ShellOptions>;

/** Milliseconds; `hostLimitMs` bounds what the host's own guard allows to one burst of calls. */
export const SESSION_DEADLINES = { openMs: 15_000, becomeMs: 20_000, callMs: 60_000, hostLimitMs: 3_600_000 } as const;

/** How long a shell may take to end after its stdin was closed. */
const CLOSE_MS = 3_000;

/**
 * Opens the one remote shell of a host and looks whether the host can be worked on. The session owns the link: it is
 * closed with the session, and also if there is no session. Errors: those of openShell.
 */
export async function openShellSession(link: Link, options: SessionOptions = {}): Promise<Opened> {
  const all: ShellOptions = { ...SESSION_DEADLINES, ...options };
  const opened = await openShell(link, all);
  if (!opened.ok) {
    await link.close();
    return opened;
  }
  const { wire, facts, place } = opened.shell;
  return { ok: true, session: new ShellSession(link, wire, facts, place, all) };
}

class ShellSession implements Session {
  readonly host: string;
  readonly transport: Link['transport'];
  readonly facts: HostFacts;
  readonly dialSocket?: (path: string, deadlineMs: number) => Promise<Dialled>;
  readonly #link: Link;
  readonly #wire: ShellWire;
  readonly #place: ShellPlace;
  readonly #options: ShellOptions;
  #ending: Promise<GroupEnd> | undefined;
  #closing: Promise<void> | undefined;

  constructor(link: Link, wire: ShellWire, facts: HostFacts, place: ShellPlace, options: ShellOptions) {
    this.host = link.host;
    this.transport = link.transport;
    this.facts = facts;
    this.#link = link;
    this.#wire = wire;
    this.#place = place;
    this.#options = options;
    if (link.dialSocket !== undefined) this.dialSocket = link.dialSocket.bind(link);
    wire.onOverdue = async () => (await this.#endRemote()).left;
  }

  get over(): boolean {
    return this.#wire.over;
  }

  call(call: Call): Promise<Outcome> {
    return this.#wire.call(call);
  }

  async cancel(reason: string): Promise<GroupEnd> {
    const settle = this.#wire.stop(reason);
    const end = await this.#endRemote();
    settle();
    return end;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ending !== undefined) await this.#ending;
    else if (!this.#wire.idle) await this.cancel('the session was closed');
    else {
      this.#wire.stop('the session is closed');
      this.#wire.end();
      if (!(await this.#endsWithin(CLOSE_MS))) await this.#endRemote();
    }
    await this.#link.close();
  }

  /** Once for all: what runs in the session's process group is ended, and then the channel is dropped. */
  #endRemote(): Promise<GroupEnd> {
    this.#ending ??= endGroup(this.#link, this.#place, this.#options).then((end) => {
      this.#wire.destroy();
      return end;
    });
    return this.#ending;
  }

  /** True as soon as the channel has ended; false after that time. */
  async #endsWithin(ms: number): Promise<boolean> {
    return (await inTime(this.#wire.ended, ms)) !== 'late';
  }
}
