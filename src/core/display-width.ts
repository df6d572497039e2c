/** East Asian wide and full-width characters (Unicode UAX 11, ranges W and F, roughly) and pictographs take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const NARROW = /^[\u0020-\u007e\u00a0-\u02ff\u2000-\u2bff]*$/;

/** Columns of a terminal that printable text without colours takes. */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const char of text) if (!/\p{Mn}/u.test(char)) width += WIDE.test(char) ? 2 : 1;
  return width;
}

/** Text cut to that many columns; a cut is marked by `mark`. */
export function clip(text: string, columns: number, mark = '…'): string {
  if (displayWidth(text) <= columns) return text;
  const room = columns - displayWidth(mark);
  if (room < 0) return '';
  let width = 0;
  let kept = '';
  for (const char of text) {
    width += displayWidth(char);
    if (width > room) break;
    kept += char;
  }
  return kept + mark;
}

/** Text filled up with blanks to that many columns; longer text stays as it is. */
export function fill(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}
