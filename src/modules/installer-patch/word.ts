/** Stands in the value of a word for a part that is known only when the script runs. */
export const UNKNOWN = '\0';

/** One word of a command line. */
export interface Word {
  readonly from: number;
  readonly to: number;
  /** After quotes and escapes, with UNKNOWN for each expansion whose value is not in the file. */
  readonly value: string;
  /** It may become no word or several: an expansion outside of quotes, or a list. */
  readonly splits: boolean;
  /** It is a list such as "$@", and may be any number of words. */
  readonly list: boolean;
  /** Where text can be added at the end of its value: before a closing quote. */
  readonly end: number;
}

/** The last component of a command's path, undefined if that part of it is not known. */
export function commandName(word: Word | undefined): string | undefined {
  if (word === undefined || word.splits) return undefined;
  const name = word.value.slice(word.value.lastIndexOf('/') + 1);
  return name.includes(UNKNOWN) ? undefined : name;
}
