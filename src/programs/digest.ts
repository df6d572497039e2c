import functions from './digest.sh';

/** The text of a program that begins with the function of digest.sh. */
export function withDigest(text: string): string {
  return `${functions}\n${text}`;
}
