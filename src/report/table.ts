import { clip, displayWidth, fill } from '../core/display-width.ts';
import type { Style } from './style.ts';

/** A row with texts below it, over the whole width. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly below?: readonly string[];
}

const GAP = 2;

/** No column is made narrower than this to let others fit. */
const NARROWEST = 8;

/** A table of printable text without lines. If it is wider than the terminal, the widest columns are cut first. */
export function renderTable(
  head: readonly string[],
  rows: readonly TableRow[],
  style: Style,
  columns: number,
): readonly string[] {
  const widths = shrink(
    head.map((title, index) =>
      rows.reduce((most, row) => Math.max(most, displayWidth(row.cells[index] ?? '')), displayWidth(title)),
    ),
    columns - 1 - GAP * (head.length - 1),
  );
  const cut = style.glyph('cut');
  const line = (cells: readonly string[]) =>
    widths
      .map((width, index) => fill(clip(cells[index] ?? '', width, cut), width))
      .join(' '.repeat(GAP))
      .trimEnd();
  return [
    style.paint('bold', line(head)),
    ...rows.flatMap(({ cells, below = [] }) => [
      line(cells),
      ...below.flatMap((text) => wrap(text, columns - 3)).map((text) => style.paint('dim', `  ${text}`)),
    ]),
  ];
}

/** Takes one column after the other from the widest until the sum fits. */
function shrink(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

/** Text on lines of that width, broken at blanks; a longer word stays whole. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || displayWidth(last) + 1 + displayWidth(word) > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
