import type { Style } from '../report/style.ts';

/** A page of the documentation: text for people, an object for programs. */
export interface Page {
  readonly lines: (style: Style, columns: number) => readonly string[];
  readonly json: object;
}
