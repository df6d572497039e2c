import type { Given } from './given.ts';
import type { Io } from './io.ts';
import type { ArgumentSpec, OptionSpec } from './option.ts';

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
  /** What exit 3 means here, where that can be said better than for all commands. */
  readonly pending?: string;
  /** Gives the exit code. Throws UnbusyError and MistakesError. */
  run(io: Io, args: readonly string[], given: Given): Promise<number>;
}
