import { ERROR_CODES, type ErrorClass, type ErrorCode } from './error-codes.ts';
import type { JsonObject } from './json.ts';

/** A place in a file that a user wrote; line and column count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The whole line as it stands in the file. */
  readonly text?: string;
}

/** What an error carries besides its code and message. */
export interface ErrorDetails {
  /** What to do next; starts with a verb. */
  readonly hint?: string;
  readonly host?: string;
  readonly place?: SourcePlace;
  /** Evidence in data: exit number, stderr, ids. */
  readonly data?: JsonObject;
  readonly cause?: unknown;
}

/**
 * The one error of unbusy. Message: what happened and why, with real names, and the state the host was left in.
 * Trouble on a host travels as a value; thrown, it means that the run cannot go on. Branch on `code`, never on text.
 */
export class UnbusyError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly host: string | undefined;
  readonly place: SourcePlace | undefined;
  readonly data: JsonObject | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'UnbusyError';
    this.code = code;
    this.hint = details.hint;
    this.host = details.host;
    this.place = details.place;
    this.data = details.data;
  }

  /** Where this error leads. */
  get class(): ErrorClass {
    return ERROR_CODES[this.code].class;
  }
}

/** Why a signal was aborted, as an error of ours: its own reason if that is one (a deadline, a ^C), else `otherwise`. */
export function abortError(signal: AbortSignal, otherwise: () => UnbusyError): UnbusyError {
  return signal.reason instanceof UnbusyError ? signal.reason : otherwise();
}

/** Several mistakes reported at once, in the order of their places. */
export class MistakesError extends Error {
  readonly mistakes: readonly UnbusyError[];

  constructor(mistakes: readonly UnbusyError[]) {
    super(mistakes.map((mistake) => mistake.message).join('\n'));
    this.name = 'MistakesError';
    this.mistakes = mistakes;
  }
}

/** An error in JSON, for events and reports. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly data?: JsonObject;
}

/** The JSON form of an error; anything that is not ours becomes E_BUG. */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof UnbusyError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.data === undefined ? {} : { data: error.data }),
    };
  }
  return { code: 'E_BUG', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
