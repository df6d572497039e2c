import { formatDuration } from '../core/clock.ts';
import { clip } from '../core/display-width.ts';
import type { RunReport } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { foldedTitle, groupDiagnosis } from './diagnosis-groups.ts';
import { sumLine } from './diagnosis-view.ts';
import { foldHostsWithin } from './fold-hosts.ts';
import { timeOfDay } from './plain.ts';
import type { Style } from './style.ts';
import type { DaemonTrend } from './trend-series.ts';
import { renderTrends, trendLines } from './trend-view.ts';

/** One look of a watch. */
export interface WatchedLook {
  /** Counted from 1. */
  readonly number: number;
  readonly atMs: number;
  readonly report: RunReport;
  readonly rows: readonly DaemonTrend[];
}

/** Rows for daemons and for verdicts: with the rest they fit the smallest terminal that people use. */
const DAEMONS = 9;
const VERDICTS = 9;

/** The screen of a watch: when it looked, the daemons, the verdicts; every line fits. */
export function watchScreen(look: WatchedLook, everyMs: number, style: Style, columns: number): readonly string[] {
  const width = Math.max(20, columns - 1);
  const head = `look ${look.number} at ${timeOfDay(look.atMs)}, every ${formatDuration(everyMs)}; ^C ends it with a summary`;
  return [
    style.paint('bold', clip(head, width, style.glyph('cut'))),
    ...renderTrends(look.rows, style, columns, DAEMONS).map((line) => clip(line, width, style.glyph('cut'))),
    ...fewest(verdictLines(look.report, width)).map((line) => clip(line, width, style.glyph('cut'))),
    style.paint('bold', clip(sumLine(look.report), width, style.glyph('cut'))),
  ];
}

/** The worst stand first; how many are not shown is said in the place of the last. */
function fewest(lines: readonly string[]): readonly string[] {
  if (lines.length <= VERDICTS) return lines;
  return [
    ...lines.slice(0, VERDICTS - 1),
    `and ${lines.length - VERDICTS + 1} more; the summary at the end has them all`,
  ];
}

/** One look where nothing can be redrawn: the sum, the verdicts that came and went, and what moves. */
export function watchLines(
  { number, atMs, report, rows }: WatchedLook,
  before: RunReport | undefined,
): readonly string[] {
  const head = `${timeOfDay(atMs)} look ${number}:`;
  return [
    `${head} ${sumLine(report)}`,
    ...[...watchChanges(before, report), ...trendLines(rows)].map((line) => `${head} ${line}`),
  ];
}

/** Verdicts that came and went since the look before. */
export function watchChanges(before: RunReport | undefined, now: RunReport): readonly string[] {
  const [old, fresh] = [titles(before), titles(now)];
  return [
    ...[...fresh]
      .filter(([key]) => !old.has(key))
      .map(([, title]) => `${before === undefined ? 'there' : 'new'}: ${title}`),
    ...[...old].filter(([key]) => !fresh.has(key)).map(([, title]) => `gone: ${title}`),
  ];
}

/** By host and id, as the numbers in a title change with each look. */
function titles(report: RunReport | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { severity, findings } of groupDiagnosis(report?.hosts ?? []))
    for (const { host, finding } of findings)
      if (severity !== 'info')
        found.set(JSON.stringify([host, finding.id]), printable(`${severity} on ${host}: ${finding.title}`));
  return found;
}

function verdictLines(report: RunReport, width: number): readonly string[] {
  return groupDiagnosis(report.hosts).map((group) =>
    printable(`${group.severity}  ${foldHostsWithin(group.hosts, Math.floor(width / 3))}: ${foldedTitle(group)}`),
  );
}
