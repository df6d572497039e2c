import { displayWidth } from './display-width.ts';
import type { UnbusyError } from './errors.ts';
import { printable } from './text.ts';

/** Widest part of a source line that is shown; the caret stays inside it. */
const WIDTH = 100;

/**
 * An error as lines for a person, without colours: `file:line:column: message`, the line itself, a caret below the
 * column, the hint. Control characters become visible, so nothing of a file reaches a terminal raw.
 */
export function formatMistake(error: UnbusyError): string[] {
  const { place, hint } = error;
  const message = printable(error.message, place === undefined ? 'lines' : 'none');
  const lines =
    place === undefined ? [message] : [`${printable(place.file)}:${place.line}:${place.column}: ${message}`];
  if (place?.text !== undefined && place.text.trim() !== '') lines.push(...quoteLine(place.text, place.column));
  if (hint !== undefined) lines.push(`  ${printable(hint)}`);
  return lines;
}

/** Every mistake of an error that may hold several, one after the other. */
export function formatMistakes(mistakes: readonly UnbusyError[]): string[] {
  return mistakes.flatMap(formatMistake);
}

function quoteLine(text: string, column: number): string[] {
  const before = text.slice(0, column - 1);
  const cut = before.length > WIDTH - 20 ? before.length - (WIDTH - 40) : 0;
  const head = `${cut > 0 ? '…' : ''}${show(before.slice(cut))}`;
  const tail = show(text.slice(column - 1, cut + WIDTH));
  const rest = text.length > cut + WIDTH ? '…' : '';
  return [`    ${head}${tail}${rest}`, `    ${' '.repeat(displayWidth(head))}^`];
}

function show(text: string): string {
  return printable(text.replaceAll('\t', '  '));
}
