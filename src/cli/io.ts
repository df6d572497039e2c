import type { Clock } from '../core/clock.ts';

/** One output stream as commands see it. */
export interface Terminal {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width now; for what is no terminal, a number that nothing needs to fit. */
  columns(): number;
}

/** A signal that asks us to end. */
export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The world as commands see it: result on `out`, progress and errors on `err`. Tests build their own. */
export interface Io {
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** UNBUSY_BECOME_PASSWORD, which `env` no longer has. */
  readonly becomePassword: string | undefined;
  readonly clock: Clock;
  readonly version: string;
  /** Reads a line without showing it; undefined if nobody sits in front of us. */
  readonly askHidden: ((question: string) => Promise<string>) | undefined;
  /** Asks a question and reads a line; undefined if nobody sits in front of us. */
  readonly ask: ((question: string, signal: AbortSignal) => Promise<string>) | undefined;
  /** Calls the listener for each such signal until the returned function is called. */
  onSignal(listener: (signal: EndingSignal) => void): () => void;
  /** Leaves at once, whatever is still open. */
  leave(exitCode: number): void;
}

/** Where there is no terminal, nothing is cut. */
export const UNBOUNDED = Number.MAX_SAFE_INTEGER;
