import { isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { UnbusyError } from '../core/errors.ts';
import type { Credentials } from './credentials.ts';
import { checkHostKey, type HostKeyRules } from './host-key-check.ts';
import { expectedTypes } from './host-keys.ts';
import { offeredAlgorithms } from './ssh-algorithms.ts';
import { type LoginStory, loginSteps } from './ssh-authentication.ts';
import type { Endpoint } from './ssh-endpoint.ts';
import { abortedError, type DialPhase, dialError, timeoutError } from './ssh-errors.ts';
import { newSshClient, type SshClient, spareRoundTrips } from './ssh-library.ts';

/** One try to connect and log in over a byte stream that is being opened or already open. */
export interface DialRequest {
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  readonly hostKeys: HostKeyRules;
  readonly deadlineMs: number;
  readonly stream: Duplex;
  /** Ask for these types of host key and no other. */
  readonly onlyTypes?: readonly string[];
}

/** How a try ended. `shed`: the server hung up before its banner. `ask-for`: try again with these key types. */
export type DialOutcome =
  | { readonly kind: 'ready'; readonly client: SshClient }
  | { readonly kind: 'shed'; readonly words: string }
  | { readonly kind: 'ask-for'; readonly types: readonly string[]; readonly otherwise: UnbusyError }
  | { readonly kind: 'failed'; readonly error: UnbusyError };

/** A connection that has no answer to three of these in a row is lost: 15 to 20 seconds. */
const KEEPALIVE_MS = 5000;

/** Does the handshake and the login. Always resolves; the stream is destroyed unless the outcome is ready. */
export function dialOnce(request: DialRequest, signal: AbortSignal): Promise<DialOutcome> {
  return new Promise((resolve) => new Dial(request, signal, resolve).start());
}

class Dial {
  readonly #client = newSshClient();
  #phase: DialPhase = 'connecting';
  #early = '';
  #decided: Exclude<DialOutcome, { kind: 'ready' }> | undefined;
  #login: LoginStory | undefined;
  #timer: NodeJS.Timeout | undefined;
  #done = false;
  readonly #request: DialRequest;
  readonly #signal: AbortSignal;
  readonly #resolve: (outcome: DialOutcome) => void;

  constructor(request: DialRequest, signal: AbortSignal, resolve: (outcome: DialOutcome) => void) {
    this.#request = request;
    this.#signal = signal;
    this.#resolve = resolve;
  }

  start(): void {
    if (this.#signal.aborted) {
      this.#onAbort();
      return;
    }
    const { endpoint, credentials, stream, deadlineMs } = this.#request;
    this.#timer = setTimeout(
      () => this.#fail(timeoutError(endpoint, this.#phase, deadlineMs, this.#early)),
      deadlineMs,
    );
    this.#signal.addEventListener('abort', this.#onAbort);
    const { story, next } = loginSteps(endpoint.user, credentials.offered);
    this.#login = story;
    this.#client
      .on('connect', () => this.#reach('banner'))
      .on('handshake', () => this.#reach('login'))
      .on('ready', () => this.#finish({ kind: 'ready', client: this.#client }))
      .on('error', (error) => this.#onError(error))
      .on('close', () => this.#onClose());
    if (stream instanceof Socket && isIP(endpoint.hostname) === 0) this.#phase = 'resolving';
    stream.once('lookup', () => this.#reach('connecting'));
    try {
      this.#connect(next);
    } catch (error) {
      // A crypto library that lacks one of the algorithms, as in FIPS mode.
      this.#reach('key-exchange');
      this.#onOver(Object.assign(error as Error, { level: 'handshake' }));
    }
  }

  #connect(authHandler: unknown): void {
    const { endpoint, hostKeys, stream, onlyTypes } = this.#request;
    this.#client.connect({
      sock: stream,
      username: endpoint.user,
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: 3,
      algorithms: offeredAlgorithms(
        onlyTypes ?? expectedTypes(hostKeys.known, hostKeys.owner),
        onlyTypes !== undefined,
      ),
      hostVerifier: (blob: Buffer) => this.#checkKey(blob),
      authHandler: authHandler as never,
    });
    spareRoundTrips(this.#client);
    // After connect(), which pauses the stream, so that this listener does not start the flow before ssh2's own.
    stream.on('data', this.#onEarlyData);
  }

  readonly #onAbort = () => this.#fail(abortedError(this.#request.endpoint, this.#signal));

  /** Watches the first bytes, until the banner has come. */
  readonly #onEarlyData = (chunk: Buffer) => {
    this.#early += chunk.toString('latin1', 0, 1024);
    if (/^SSH-/m.test(this.#early)) this.#reach('key-exchange');
    if (this.#phase !== 'connecting' && this.#phase !== 'banner') this.#request.stream.off('data', this.#onEarlyData);
  };

  #reach(phase: DialPhase): void {
    this.#phase = phase;
  }

  #checkKey(blob: Buffer): boolean {
    const decision = checkHostKey(this.#request.hostKeys, this.#request.endpoint, blob);
    if (decision.kind === 'accept') return true;
    if (decision.kind === 'refuse') this.#decided = { kind: 'failed', error: decision.error };
    else if (this.#request.onlyTypes !== undefined) this.#decided = { kind: 'failed', error: decision.otherwise };
    else this.#decided = decision;
    return false;
  }

  #onError(error: Error & { level?: string; code?: unknown }): void {
    // A single key that could not sign; the next one is tried by itself.
    const oneKeyFailed = error.level === 'agent' || error.level === 'client-authentication';
    if (oneKeyFailed && this.#login?.exhausted === false) return;
    this.#onOver(error);
  }

  #onClose(): void {
    this.#onOver(new Error('the server closed the connection'));
  }

  #onOver(error: Error & { level?: string; code?: unknown }): void {
    this.#finish(this.#decided ?? this.#judge(error));
  }

  #judge(error: Error & { level?: string; code?: unknown }): DialOutcome {
    const early = this.#early;
    if (this.#phase === 'banner' && !/^HTTP\//.test(early)) return { kind: 'shed', words: early.trim() };
    const { endpoint, credentials } = this.#request;
    const facts = { endpoint, phase: this.#phase, error, early, login: this.#login, left: credentials.left };
    return { kind: 'failed', error: dialError(facts) };
  }

  #fail(error: UnbusyError): void {
    this.#finish({ kind: 'failed', error });
  }

  #finish(outcome: DialOutcome): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#request.stream.off('data', this.#onEarlyData);
    if (outcome.kind !== 'ready') {
      this.#client.destroy();
      this.#request.stream.destroy();
    }
    this.#resolve(outcome);
  }
}
