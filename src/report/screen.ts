import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../core/display-width.ts';
import type { Write } from './listener.ts';

/** ECMA-48: cursor to the first column of the line so many lines up (CPL). */
const lineUp = (lines: number) => `\x1b[${lines}F`;
/** Erase to the end of the line (EL 0), and of the screen (ED 0). */
const ERASE_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/**
 * The bottom lines of a terminal, drawn over and over in place. A frame goes out in one write and overwrites the last
 * one before it erases what is left of it, so that nothing flickers; equal frames are not written.
 */
export class Screen {
  readonly #write: Write;
  readonly #columns: () => number;
  #drawn: readonly string[] = [];
  #pending: string[] = [];

  constructor(write: Write, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Draws these lines in the place of the last ones, below whatever was scrolled meanwhile. */
  draw(lines: readonly string[]): void {
    const same = lines.length === this.#drawn.length && lines.every((line, index) => line === this.#drawn[index]);
    if (!same || this.#pending.length > 0) this.#flush(lines);
  }

  /** A line that stays, above the window; it appears with the next frame, or at once if there is none. */
  scroll(line: string): void {
    this.#pending.push(line);
    if (this.#drawn.length === 0) this.#flush([]);
  }

  /** Takes the window away; what was scrolled stays. */
  clear(): void {
    if (this.#drawn.length > 0 || this.#pending.length > 0) this.#flush([]);
  }

  #flush(lines: readonly string[]): void {
    const rows = this.#rowsDrawn();
    const text = [...this.#pending, ...lines].map((line) => `${line}${ERASE_LINE}\n`).join('');
    this.#pending = [];
    this.#drawn = [...lines];
    this.#write(rows === 0 ? text : lineUp(rows) + text + ERASE_BELOW);
  }

  /** Rows that the last frame takes now: a window that was made narrower has wrapped it. */
  #rowsDrawn(): number {
    const columns = Math.max(1, this.#columns());
    const width = (line: string) => displayWidth(stripVTControlCharacters(line));
    return this.#drawn.reduce((rows, line) => rows + Math.max(1, Math.ceil(width(line) / columns)), 0);
  }
}
