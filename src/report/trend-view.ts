import { formatDuration } from '../core/clock.ts';
import { printable } from '../core/text.ts';
import { FEWEST_SAMPLES, type Trend } from '../diagnosis/trend.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { DaemonTrend, Measured } from './trend-series.ts';

const UNREAD = '?';
const NONE = '-';

/** The numbers of the daemons and where they lead, a row for each; those that run out first stand first. */
export function renderTrends(
  rows: readonly DaemonTrend[],
  style: Style,
  columns: number,
  most: number = Number.MAX_SAFE_INTEGER,
): readonly string[] {
  if (rows.length === 0) return [];
  const sorted = [...rows].sort((a, b) => urgency(a) - urgency(b));
  const table = renderTable(
    ['HOST', 'DAEMON', 'FDS', 'AN HOUR', 'FULL IN', 'MEMORY', 'AN HOUR', 'GOROUTINES', 'AN HOUR'],
    sorted.slice(0, most).map((row) => ({
      cells: [
        printable(row.host),
        printable(`${row.role} ${row.pid}`),
        fdsText(row.fds),
        rateText(row.fds.trend),
        fullIn(row.fds.trend),
        row.memory.last === undefined ? UNREAD : mebibytes(row.memory.last),
        rateText(row.memory.trend, mebibytes),
        row.goroutines.last === undefined ? UNREAD : String(row.goroutines.last),
        rateText(row.goroutines.trend),
      ],
    })),
    style,
    columns,
  );
  return rows.length > most
    ? [...table, `and ${rows.length - most} more daemons, which run out later or not at all`]
    : table;
}

/** What moves, one line a daemon; nothing for one that stands still. */
export function trendLines(rows: readonly DaemonTrend[]): readonly string[] {
  return [...rows]
    .sort((a, b) => urgency(a) - urgency(b))
    .flatMap((row) => {
      const moving = [
        ...phrase('fds', row.fds, String, `${fdsText(row.fds)}`),
        ...phrase('memory', row.memory, mebibytes),
        ...phrase('goroutines', row.goroutines, String),
      ];
      return moving.length === 0 ? [] : [printable(`${row.host} ${row.role} ${row.pid}: ${moving.join(', ')}`)];
    });
}

function phrase(
  what: string,
  { last, trend }: Measured,
  show: (value: number) => string,
  now?: string,
): readonly string[] {
  if (trend.kind !== 'moving' || last === undefined) return [];
  const full = trend.exhaustedInMs === undefined ? '' : `, full in ${formatDuration(trend.exhaustedInMs)}`;
  return [`${what} ${now ?? show(last)} (${rateText(trend, show)} an hour${full})`];
}

function urgency({ fds, goroutines }: DaemonTrend): number {
  if (fds.trend.kind === 'moving' && fds.trend.exhaustedInMs !== undefined) return fds.trend.exhaustedInMs;
  const rises = [fds, goroutines].some(({ trend }) => trend.kind === 'moving' && trend.perHour > 0);
  return rises ? Number.MAX_SAFE_INTEGER : Number.POSITIVE_INFINITY;
}

function fdsText({ last, limit }: Measured): string {
  if (last === undefined) return UNREAD;
  return limit === undefined ? String(last) : `${last}/${limit} ${Math.floor((last / limit) * 100)}%`;
}

function rateText(trend: Trend, show: (value: number) => string = String): string {
  if (trend.samples === 0) return NONE;
  if (trend.kind === 'too-few') return `too few samples (${trend.samples} of ${FEWEST_SAMPLES})`;
  if (trend.kind === 'steady') return 'steady';
  const rate = Math.abs(trend.perHour);
  const size = show(rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10);
  return `${trend.perHour < 0 ? '-' : '+'}${size}`;
}

function fullIn(trend: Trend): string {
  return trend.kind === 'moving' && trend.exhaustedInMs !== undefined ? formatDuration(trend.exhaustedInMs) : NONE;
}

function mebibytes(value: number): string {
  return value >= 1024 ? `${(value / 1024).toFixed(1)}GiB` : `${value}MiB`;
}
