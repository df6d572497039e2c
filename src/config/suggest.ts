import { nearest } from '../core/text.ts';

/** The hint for a word that is not known: the nearest known one, or all of them if they are few. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return known.length > 0 && known.length <= 12 ? `Known here: ${known.join(', ')}.` : undefined;
}
