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
  /** What a shell may complete its value with; `host`: hosts and groups of the inventory that the line names. */
  readonly completes?: 'file' | 'host';
}

/** One argument of a command. */
export interface ArgumentSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  readonly variadic?: boolean;
  readonly completes?: 'file' | 'host' | readonly string[];
}
