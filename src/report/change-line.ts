import type { ChangeOutcome, ChangeReport } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { shortIds } from './short-ids.ts';
import type { Glyph, Style, Tone } from './style.ts';

/** What is known of a change, in words; `changed` alone says that somebody looked again and saw it, unless it is `unseen`. */
const OUTCOME_WORDS: Readonly<Record<ChangeOutcome, string>> = {
  planned: 'would be done, nothing was done',
  pending: 'pending, not done by this run',
  changed: 'changed, looked again and seen',
  'no-change': 'ran, and says that nothing changed',
  stale: 'stale: the host had moved, nothing was done',
  busy: 'not done: busy',
  denied: 'not done: denied',
  failed: 'failed',
  unknown: 'unknown: it was started, and its effect was not seen',
  'not-tried': 'not tried',
};

/** What stands in the place of `changed` where nobody could look. */
export const UNSEEN_WORDS = 'changed by its own word; there is nothing to look at';

const OUTCOME_LOOK: Readonly<Record<ChangeOutcome, { readonly glyph: Glyph; readonly tone: Tone }>> = {
  planned: { glyph: 'planned', tone: 'changed' },
  pending: { glyph: 'planned', tone: 'warn' },
  changed: { glyph: 'changed', tone: 'changed' },
  'no-change': { glyph: 'ok', tone: 'good' },
  stale: { glyph: 'unknown', tone: 'warn' },
  // A rung that gave way to the next is no failure; where none was left, the task says so.
  busy: { glyph: 'skipped', tone: 'warn' },
  denied: { glyph: 'skipped', tone: 'warn' },
  failed: { glyph: 'failed', tone: 'bad' },
  unknown: { glyph: 'unknown', tone: 'warn' },
  'not-tried': { glyph: 'skipped', tone: 'dim' },
};

/** One change on one line: what, and what is known of it. */
export function changeLine(change: ChangeReport, style: Style): string {
  const { glyph, tone } = OUTCOME_LOOK[change.outcome];
  const note = change.note === undefined || change.note === '' ? '' : ` (${printable(change.note)})`;
  const unseen = change.outcome === 'changed' && change.unseen === true;
  const words = `${unseen ? UNSEEN_WORDS : OUTCOME_WORDS[change.outcome]}${note}`;
  return `${style.paint(tone, style.glyph(glyph))} ${shortIds(printable(change.title), style.glyph('cut'))}: ${style.paint(tone, words)}`;
}

/** A planned change with what a person needs to judge it: how sure it is, how much it may hurt, why, and what it stops. */
export function plannedLines(change: ChangeReport, style: Style): readonly string[] {
  const lines = [`${changeLine(change, style)} [${change.certainty}, ${change.risk}]`];
  if (change.why !== '') lines.push(style.paint('dim', `  why: ${printable(change.why)}`));
  for (const each of change.blast ?? []) lines.push(style.paint('warn', `  touches: ${printable(each)}`));
  return lines;
}
