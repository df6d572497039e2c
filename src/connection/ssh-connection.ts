import type { Duplex } from 'node:stream';
import { UnbusyError } from '../core/errors.ts';
import type { Channel, Dialled } from './link.ts';
import { SshChannel } from './ssh-channel.ts';
import { type Endpoint, endpointLabel, socketName } from './ssh-endpoint.ts';
import { timeoutError } from './ssh-errors.ts';
import type { SshClient } from './ssh-library.ts';

/** A value or the error in its place. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: UnbusyError };

/** SSH_MSG_CHANNEL_OPEN_FAILURE numbers (RFC 4254 section 5.1). */
const OPEN_FAILURES: Readonly<Record<number, string>> = {
  1: 'administratively prohibited',
  2: 'connect failed',
  3: 'unknown channel type',
  4: 'resource shortage',
};

/** A connection that is logged in: commands, and byte streams to other servers for those behind it. */
export class SshConnection {
  readonly endpoint: Endpoint;
  readonly #client: SshClient;
  #lost: string | undefined;
  #onClose: (() => void)[] = [];

  /** `jump` is the connection that this one goes through. */
  constructor(endpoint: Endpoint, client: SshClient, jump?: SshConnection) {
    this.endpoint = endpoint;
    this.#client = client;
    // An error event may still come after the end, and would end the process without a listener.
    client.on('error', (error: Error & { level?: string }) => {
      this.#lost ??= error.level === 'client-timeout' ? 'no answer to keepalives for 15 s' : error.message;
    });
    client.once('close', () => {
      const jumpLost = jump?.lost === undefined ? undefined : `the jump host's connection was lost: ${jump.lost}`;
      this.#lost ??= jumpLost ?? 'the server closed the connection';
      for (const listener of this.#onClose) listener();
      this.#onClose = [];
    });
  }

  /** Why the connection is over; undefined while it lives. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** Called once when the connection is over; at once if it already is. */
  onClose(listener: () => void): void {
    if (this.#lost !== undefined) listener();
    else this.#onClose.push(listener);
  }

  /** Starts a command; E_CHANNEL if the server opens no channel for it. */
  exec(commandLine: string): Promise<Result<Channel>> {
    return new Promise((resolve) => {
      const refuse = (error: Error) => resolve({ ok: false, error: this.#channelError(error) });
      try {
        this.#client.exec(commandLine, (error, stream) => {
          if (error !== undefined && error !== null) {
            refuse(error);
            return;
          }
          resolve({ ok: true, value: new SshChannel(stream, () => this.#lost ?? 'it ended without an exit status') });
        });
      } catch (error) {
        refuse(error as Error);
      }
    });
  }

  /** A byte stream from this server to another one; E_CONNECT_JUMP if it opens none, E_CONNECT_TIMEOUT if not in time. */
  forward(target: Endpoint, deadlineMs: number): Promise<Result<Duplex>> {
    return new Promise((resolve) => {
      let late = false;
      // The jump host's own kernel would try for about two minutes.
      const timer = setTimeout(() => {
        late = true;
        resolve({ ok: false, error: timeoutError(target, 'connecting', deadlineMs, '') });
      }, deadlineMs);
      const refuse = (error: Error) => {
        clearTimeout(timer);
        resolve({ ok: false, error: this.#forwardError(target, error) });
      };
      try {
        this.#client.forwardOut('127.0.0.1', 0, target.hostname, target.port, (error, stream) => {
          if (error !== undefined && error !== null) {
            refuse(error);
            return;
          }
          clearTimeout(timer);
          if (late) stream.destroy();
          resolve({ ok: true, value: stream });
        });
      } catch (error) {
        refuse(error as Error);
      }
    });
  }

  /** A byte stream to a UNIX socket of the server (direct-streamlocal@openssh.com, AllowStreamLocalForwarding). */
  dialSocket(path: string, deadlineMs: number): Promise<Dialled> {
    return new Promise((resolve) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        resolve({ ok: false, why: 'no connection in time' });
      }, deadlineMs);
      const refuse = (error: Error) => {
        clearTimeout(timer);
        resolve({ ok: false, why: this.#reasonOf(error) });
      };
      try {
        this.#client.openssh_forwardOutStreamLocal(path, (error, stream) => {
          if (error !== undefined && error !== null) return refuse(error);
          clearTimeout(timer);
          stream.on('error', () => {});
          if (late) stream.destroy();
          resolve({ ok: true, stream });
        });
      } catch (error) {
        refuse(error as Error);
      }
    });
  }

  /** Says goodbye; a server that does not hang up within a second is left. */
  close(): void {
    this.#client.end();
    const timer = setTimeout(() => this.#client.destroy(), 1000);
    timer.unref();
    this.onClose(() => clearTimeout(timer));
  }

  #channelError(error: Error & { reason?: unknown }): UnbusyError {
    const reason = this.#reasonOf(error);
    return new UnbusyError(
      'E_CHANNEL',
      `${endpointLabel(this.endpoint)} let ${this.endpoint.user} log in, but started no command: ${reason}.`,
      {
        host: this.endpoint.host,
        hint: 'Look at MaxSessions, ForceCommand and the login shell of this user on the host.',
        data: { reason },
        cause: error,
      },
    );
  }

  #forwardError(target: Endpoint, error: Error & { reason?: unknown }): UnbusyError {
    const reason = this.#reasonOf(error);
    const forbidden = error.reason === 1;
    return new UnbusyError(
      'E_CONNECT_JUMP',
      `The jump host ${endpointLabel(this.endpoint)} gave no connection to ${socketName(target.hostname, target.port)}: ${reason}.`,
      {
        host: target.host,
        hint: forbidden
          ? 'Allow forwarding on the jump host: AllowTcpForwarding and PermitOpen in sshd_config(5).'
          : `Check from the jump host that ${socketName(target.hostname, target.port)} answers, and that it resolves the name.`,
        data: { reason },
        cause: error,
      },
    );
  }

  #reasonOf(error: Error & { reason?: unknown }): string {
    if (this.#lost !== undefined) return this.#lost;
    const known = typeof error.reason === 'number' ? OPEN_FAILURES[error.reason] : undefined;
    const words = error.message.replace(/^\(SSH\) Channel open failure: /, '');
    return known === undefined || known === words ? words : `${known} (${words})`;
  }
}
