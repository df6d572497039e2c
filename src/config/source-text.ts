import type { SourcePlace } from '../core/errors.ts';

/** The text of one file, which knows the line and column of every offset. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The line of an offset, from 1. */
  lineAt(offset: number): number {
    this.#lineStarts ??= lineStarts(this.text);
    return lineOf(this.#lineStarts, offset) + 1;
  }

  /** The place of an offset in UTF-16 units; an offset behind the end is the end of the text. */
  placeAt(offset: number): SourcePlace {
    this.#lineStarts ??= lineStarts(this.text);
    const at = Math.max(0, Math.min(offset, this.text.length));
    const line = lineOf(this.#lineStarts, at);
    const start = this.#lineStarts[line] ?? 0;
    const end = this.#lineStarts[line + 1] ?? this.text.length;
    const text = this.text.slice(start, end).replace(/[\r\n]+$/, '');
    return { file: this.file, line: line + 1, column: at - start + 1, text };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** Index of the last line that begins at or before the offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
