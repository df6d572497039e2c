import type { HostResult } from '../core/results.ts';
import type { Sample } from './exposition.ts';
import { lastFindings } from './last-findings.ts';
import { wasSeenWhole } from './standings.ts';

/** Series of one file: beyond it a reader's memory pays for what no person reads. */
export const MOST_SERIES = 500;
const MOST_CAUSES = 50;

/** Stands for what is folded; no host and no cause has a bracket in its name. */
const OTHERS = '(others)';

/** Leaks by host and cause, and how many series were folded into sums. */
export interface LeakSeries {
  readonly series: readonly { readonly host: string; readonly cause: string; readonly value: number }[];
  readonly folded: number;
}

type Counts = Map<string, { host: string; cause: string; value: number }>;

/**
 * What is left on each host. A series of the file before stays: with 0 for one more run where the host was seen and is
 * healed, or is no host of the run any more; with its value where nobody could look again. No hosts: nobody looked at all.
 */
export function leakSeries(hosts: readonly HostResult[] | undefined, before: readonly Sample[]): LeakSeries {
  const counts: Counts = new Map();
  for (const host of hosts ?? [])
    for (const { kind, cause } of lastFindings(host))
      if (kind === 'leak' || kind === 'dead-container') add(counts, host.host, cause, 1);
  const seen = new Map((hosts ?? []).map((host) => [host.host, wasSeenWhole(host)]));
  for (const { labels, value } of before) {
    const { host = '', cause = '' } = labels;
    const unseen = hosts === undefined || seen.get(host) === false;
    if (!counts.has(keyOf(host, cause)) && value > 0) add(counts, host, cause, unseen ? value : 0);
  }
  return fold(counts);
}

function fold(counts: Counts): LeakSeries {
  const ranked = [...counts.values()].sort(
    (a, b) => b.value - a.value || compare(a.host, b.host) || compare(a.cause, b.cause),
  );
  if (ranked.length <= MOST_SERIES) return { series: ranked, folded: 0 };
  const kept = ranked.slice(0, MOST_SERIES - MOST_CAUSES);
  const rest = ranked.slice(kept.length);
  const sums: Counts = new Map();
  for (const { cause, value } of rest) {
    const room = sums.size < MOST_CAUSES - 1 || sums.has(keyOf(OTHERS, cause));
    add(sums, OTHERS, room ? cause : OTHERS, value);
  }
  return { series: [...kept, ...sums.values()], folded: rest.length };
}

function add(counts: Counts, host: string, cause: string, value: number): void {
  const entry = counts.get(keyOf(host, cause)) ?? { host, cause, value: 0 };
  entry.value += value;
  counts.set(keyOf(host, cause), entry);
}

const keyOf = (host: string, cause: string) => `${host}\0${cause}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
