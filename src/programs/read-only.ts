import functions from './read-only.sh';

/** The text of a program that begins with the function of read-only.sh. */
export function withReadOnly(text: string): string {
  return `${functions}\n${text}`;
}
