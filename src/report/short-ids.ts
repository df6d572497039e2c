/** Digits that tell containers apart, as in `docker ps`. */
const SHOWN = 12;

/** Text with each id of 64 hex digits cut to its beginning, for eyes; JSON keeps the whole. */
export function shortIds(text: string, mark: string): string {
  return text.replaceAll(/\b[0-9a-f]{64}\b/g, (id) => id.slice(0, SHOWN) + mark);
}
