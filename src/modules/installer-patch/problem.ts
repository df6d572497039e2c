/** Why a file is not edited, with the place of what stands in the way: a UTF-16 offset into its text. */
export interface Problem {
  readonly at: number;
  readonly why: string;
  readonly hint: string;
}

/** Line and column of an offset, both from 1, as editors count them. */
export function placeOf(text: string, at: number): string {
  const before = text.slice(0, at);
  return `${before.split('\n').length}:${at - before.lastIndexOf('\n')}`;
}
