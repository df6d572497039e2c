import type { Duplex } from 'node:stream';
import type { UnbusyError } from '../core/errors.ts';

/** How a channel ended: with an exit number, by a signal's name, or with the link (`lost` says why). */
export interface ChannelEnding {
  readonly code?: number;
  readonly signal?: string;
  readonly lost?: string;
}

/** One remote command with its three streams. Listeners are set once, before the next tick, and miss nothing. */
export interface Channel {
  /** Text is UTF-8. Writing after the end does nothing. */
  write(data: string | Uint8Array): void;
  /** Closes the command's stdin. */
  end(): void;
  onStdout(listener: (chunk: Buffer) => void): void;
  onStderr(listener: (chunk: Buffer) => void): void;
  /** Called exactly once. */
  onEnd(listener: (ending: ChannelEnding) => void): void;
  /** Drops the channel without waiting. */
  destroy(): void;
}

/** A byte stream to a UNIX socket of the host, or why there is none: not allowed, nobody listens, too late. */
export type Dialled = { readonly ok: true; readonly stream: Duplex } | { readonly ok: false; readonly why: string };

/** A live way to a host on which commands can be started. */
export interface Link {
  readonly host: string;
  readonly transport: 'ssh' | 'openssh' | 'local';
  /** Starts a command; the command line is always a constant of ours. */
  open(
    commandLine: string,
  ): Promise<{ readonly ok: true; readonly channel: Channel } | { readonly ok: false; readonly error: UnbusyError }>;
  /** Connects to a UNIX socket of the host as the user who is logged in. Absent: this transport cannot. */
  dialSocket?(path: string, deadlineMs: number): Promise<Dialled>;
  /** Resolves when nothing of it is left on the controller; nobody has to wait for that. */
  close(): void | Promise<void>;
}
