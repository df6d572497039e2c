import type { UnbusyError } from '../core/errors.ts';
import type { Dialled } from './link.ts';

/** A program that runs on hosts: constant text, the same bytes everywhere. `name` is its file name without .sh. */
export interface Program {
  readonly name: string;
  readonly text: string;
}

/** One line that a program prints: a kind and its fields, decoded. */
export interface ProgramRecord {
  readonly kind: string;
  readonly fields: readonly string[];
}

/**
 * One run of a program in the host's shell. Arguments arrive as "$1", "$2" …, exactly.
 * `output`: records (the program ends with `end <count>`) or raw (a command of the user's, any bytes).
 */
export interface Call {
  readonly program: Program;
  readonly args: readonly string[];
  readonly deadlineMs?: number;
  readonly output?: 'records' | 'raw';
}

/**
 * The four kinds of ending; a call on a session that is over is lost. `stdout` is empty in records mode. Limits: stderr
 * 64 KiB and raw stdout 1 MiB (cut), records 64 MiB (lost). Bytes that are no UTF-8 are kept (bytes.ts) and go back as they came.
 */
export type Outcome =
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly records: readonly ProgramRecord[];
      readonly stdout: string;
      readonly stderr: string;
      /** True if raw output went beyond its limit. */
      readonly cut?: true;
    }
  | { readonly kind: 'killed'; readonly signal: number; readonly stderr: string }
  | {
      readonly kind: 'timed-out';
      readonly afterMs: number;
      readonly stderr: string;
      /** What could not be ended (state D), or why nobody could look. Absent: it is known to be gone. */
      readonly left?: string;
    }
  | { readonly kind: 'lost'; readonly reason: string };

/** What the prologue learned of the host, with shell builtins only. */
export interface HostFacts {
  /** /proc/sys/kernel/ostype, for instance Linux. */
  readonly os: string;
  /** /proc/sys/kernel/osrelease. */
  readonly kernel: string;
  /** /proc/sys/kernel/hostname. */
  readonly nodename: string;
  readonly uid: number;
  /** Process group of the remote shell, and its start time: what cancel ends. */
  readonly processGroup: number;
  readonly startTime: string;
  /** False if /proc hides other users' processes from us (hidepid, or not mounted). */
  readonly procVisible: boolean;
  /** /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
}

/**
 * One host, one connection, one remote shell. Calls may be sent before earlier ones have answered; they run in order
 * and answer in order. After timed-out, and after lost with the link or the shell, the session is over: later calls
 * answer lost at once.
 */
export interface Session {
  readonly host: string;
  readonly transport: 'ssh' | 'openssh' | 'local' | 'fake';
  readonly facts: HostFacts;
  /** True once the session is over: every later call answers lost. Absent: it cannot end before `close`. */
  readonly over?: boolean;
  call(call: Call): Promise<Outcome>;
  /**
   * Connects to a UNIX socket of the host beside the calls, as the user who logged in, whoever `become` made of him. The
   * stream ends with the session. Absent: the transport cannot; refused, or by a user without the right: ask with a program.
   */
  dialSocket?(path: string, deadlineMs: number): Promise<Dialled>;
  /** Ends the remote process group; pending calls answer lost. Resolves when it is known to be gone, or says what is left. */
  cancel(reason: string): Promise<{ readonly gone: boolean; readonly left?: string }>;
  /** Ends the remote shell in good order. */
  close(): Promise<void>;
}

/** A session, or why there is none. */
export type Opened =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly error: UnbusyError };
