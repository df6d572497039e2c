import type { Duplex } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import type { UnbusyError } from '../core/errors.ts';
import { AdmissionGates } from './admission.ts';
import { JumpPool, jumpError, type Lease } from './jump.ts';
import type { Link } from './link.ts';
import { type Result, SshConnection } from './ssh-connection.ts';
import { type DialOutcome, dialOnce } from './ssh-dial.ts';
import { abortedError, shedError } from './ssh-errors.ts';
import { connectTcp, routeKey, type SshRoute, serverKey } from './ssh-route.ts';

/** A server that sheds is asked this often, with pauses that grow to four seconds: about ten seconds in all. */
const MOST_TRIES = 10;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 4000;

/** Opens connections over ssh2: one for each host, and one for each jump host, however many hosts are behind it. */
export class SshDialer {
  readonly #gates: AdmissionGates;
  readonly #jumps: JumpPool;
  readonly #clock: Clock;
  readonly #over = new AbortController();

  constructor(clock: Clock, gates = new AdmissionGates()) {
    this.#clock = clock;
    this.#gates = gates;
    this.#jumps = new JumpPool(clock);
  }

  /** A link to the end of the route. Closing it ends the connection and gives the jump host back. */
  async openLink(route: SshRoute, signal: AbortSignal): Promise<Result<Link>> {
    const opened = await this.#openConnection(route, signal);
    if (!opened.ok) return opened;
    return { ok: true, value: toLink(route.endpoint.host, opened.value) };
  }

  /** Ends the jump hosts' connections, also those that are being opened. */
  close(): void {
    this.#over.abort();
    this.#jumps.close();
  }

  async #openConnection(route: SshRoute, signal: AbortSignal): Promise<Result<SshConnection>> {
    const startedAt = this.#clock.now();
    let onlyTypes: readonly string[] | undefined;
    let otherwise: UnbusyError | undefined;
    let words = '';
    try {
      for (let tries = 0; tries < MOST_TRIES; ) {
        const outcome = await this.#tryOnce(route, onlyTypes, signal);
        if (outcome.kind === 'ready') return outcome.result;
        if (outcome.kind === 'failed') {
          return {
            ok: false,
            error: outcome.error.code === 'E_CONNECT_PROTOCOL' ? (otherwise ?? outcome.error) : outcome.error,
          };
        }
        if (outcome.kind === 'ask-for') {
          ({ types: onlyTypes, otherwise } = outcome);
          continue;
        }
        words = outcome.words || words;
        tries += 1;
        if (tries < MOST_TRIES) await this.#clock.sleep(pauseBefore(tries), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return { ok: false, error: abortedError(route.endpoint, signal) };
    }
    return { ok: false, error: shedError(route.endpoint, MOST_TRIES, this.#clock.now() - startedAt, words) };
  }

  /** One try: through the gate, through the jump host, handshake, login. */
  async #tryOnce(route: SshRoute, onlyTypes: readonly string[] | undefined, signal: AbortSignal): Promise<TryOutcome> {
    const leave = await this.#gates.of(serverKey(route)).enter(signal);
    let lease: Lease | undefined;
    let outcome: DialOutcome | undefined;
    try {
      const stream = await this.#openStream(route, signal);
      if (!stream.ok) return { kind: 'failed', error: stream.error };
      lease = stream.value.lease;
      const { endpoint, credentials, hostKeys, deadlineMs } = route;
      const request = { endpoint, credentials, hostKeys, deadlineMs, stream: stream.value.stream };
      outcome = await dialOnce(onlyTypes === undefined ? request : { ...request, onlyTypes }, signal);
      if (outcome.kind !== 'ready') return outcome;
      const connection = new SshConnection(endpoint, outcome.client, lease?.connection);
      connection.onClose(() => lease?.release());
      return { kind: 'ready', result: { ok: true, value: connection } };
    } finally {
      leave(outcome?.kind === 'shed');
      if (outcome?.kind !== 'ready') lease?.release();
    }
  }

  async #openStream(route: SshRoute, signal: AbortSignal): Promise<Result<{ stream: Duplex; lease?: Lease }>> {
    const { via } = route;
    if (via === undefined) return { ok: true, value: { stream: connectTcp(route) } };
    const openJump = () => this.#openConnection(via, this.#over.signal);
    const lease = await this.#jumps.acquire(routeKey(via), openJump, signal);
    if (!lease.ok) return { ok: false, error: jumpError(route.endpoint.host, lease.error) };
    const forwarded = await lease.value.connection.forward(route.endpoint, route.deadlineMs);
    if (forwarded.ok) return { ok: true, value: { stream: forwarded.value, lease: lease.value } };
    lease.value.release();
    return forwarded;
  }
}

type TryOutcome =
  | { readonly kind: 'ready'; readonly result: Result<SshConnection> }
  | Exclude<DialOutcome, { kind: 'ready' }>;

/** Full jitter, so that hosts that were shed together do not come back together. */
function pauseBefore(tries: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
}

function toLink(host: string, connection: SshConnection): Link {
  return {
    host,
    transport: 'ssh',
    open: async (commandLine) => {
      const opened = await connection.exec(commandLine);
      return opened.ok ? { ok: true, channel: opened.value } : opened;
    },
    dialSocket: (path, deadlineMs) => connection.dialSocket(path, deadlineMs),
    close: () => connection.close(),
  };
}
