import type { Given } from './given.ts';
import type { Io } from './io.ts';

/** How the values of an option are taken: a switch, one text, a list, a count, a whole number, a duration in milliseconds. */
export type OptionKind = 'switch' | 'text' | 'list' | 'count' | 'number' | 'duration';

/** One option of a command; help, completion and the parser are made from it. */
export interface OptionSpec {
  /** Long name without dashes; also the key of its value. */
  readonly name: string;
  readonly short?: string;
  readonly kind: OptionKind;
  /** Word for the value in help, such as `file`. */
  readonly value?: string;
  readonly help: string;
  readonly choices?: readonly string[];
  /** What holds if it is not given; shown in help. */
  readonly fallback?: string;
  /** Environment variable that is asked if it is not given. */
  readonly env?: string;
  /** What a shell may complete its value with. */
  readonly completes?: 'file';
}

/** One argument of a command. */
export interface ArgumentSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  readonly variadic?: boolean;
  readonly completes?: 'file' | readonly string[];
}

/** One command: everything that the parser, the help and the completion must know, and what it does. */
export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly args: readonly ArgumentSpec[];
  readonly options: readonly OptionSpec[];
  /** Each as it is typed, with what it does. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** Exit codes that it can end with. */
  readonly exits: readonly number[];
  /** Gives the exit code. Throws UnbusyError and MistakesError. */
  run(io: Io, args: readonly string[], given: Given): Promise<number>;
}
