import { describe, expect, it } from 'vitest';
import type { HostResult } from '../../../src/core/results.ts';
import { createStyle } from '../../../src/report/style.ts';
import { TrendSeries } from '../../../src/report/trend-series.ts';
import { renderTrends, trendLines } from '../../../src/report/trend-view.ts';
import { watchChanges, watchScreen } from '../../../src/report/watch-view.ts';
import { hostResult, runReport, taskResult } from '../../support/events.ts';

const MINUTE = 60_000;
const style = createStyle({ color: false, unicode: false });

interface Numbers {
  readonly fds?: number | null;
  readonly goroutines?: number;
  readonly pid?: number;
  readonly rss?: number;
}

function look(host: string, { fds = 20, goroutines = 60, pid = 7, rss = 80 }: Numbers, title?: string): HostResult {
  const daemon = { role: 'dockerd', pid, start_time: String(pid), fds, fd_limit: 1024, rss_mib: rss };
  const result = { daemons: [daemon], apis: [{ pid, goroutines }] };
  const finding = { id: 'stuck:1', kind: 'health', severity: 'critical', cause: 'c', remedy: 'R.' } as const;
  const findings = title === undefined ? [] : [{ ...finding, title }];
  return { ...hostResult(host, 'ok'), tasks: [taskResult(host, 'ok', { module: 'dockerd_health', result, findings })] };
}

function series(...looks: readonly (readonly HostResult[])[]): TrendSeries {
  const all = new TrendSeries();
  for (const [at, hosts] of looks.entries()) all.add(runReport(hosts), at * MINUTE);
  return all;
}

const table = (all: TrendSeries) => renderTrends(all.rows(), style, 200);

describe('the trend of a fleet', () => {
  it('is a row a daemon with its numbers, and where they lead', () => {
    const lines = table(series([look('a', { fds: 100 })], [look('a', { fds: 110 })], [look('a', { fds: 120 })]));
    expect(lines[0]).toMatch(/^HOST +DAEMON +FDS +AN HOUR +FULL IN +MEMORY/);
    expect(lines[1]).toMatch(/^a +dockerd 7 +120\/1024 11% +\+600 +1h30m +80MiB +steady +60 +steady$/);
  });

  it('does not guess before there are enough samples', () => {
    expect(table(series([look('a', {})], [look('a', { fds: 900 })]))[1]).toContain('too few samples (2 of 3)');
  });

  it('tells of a leak that began late by what came last', () => {
    const quiet = Array.from({ length: 400 }, () => [look('a', { fds: 100 })]);
    const leaking = Array.from({ length: 120 }, (_, at) => [look('a', { fds: 100 + at })]);
    const [row] = series(...quiet, ...leaking).rows();
    if (row?.fds.trend.kind !== 'moving') throw new Error(row?.fds.trend.kind);
    expect(row.fds.trend.perHour).toBeCloseTo(60);
    expect(row.fds.trend.samples).toBe(120);
  });

  it('begins anew with a daemon that was restarted', () => {
    const all = series([look('a', { fds: 900 })], [look('a', { fds: 950 })], [look('a', { fds: 20, pid: 8 })]);
    expect(all.rows().map(({ pid, fds }) => [pid, fds.last, fds.trend.kind])).toEqual([[8, 20, 'too-few']]);
  });

  it('says that a number was not read, and leaves a host out that was not seen', () => {
    const all = series([look('a', {}), look('b', {})], [look('a', { fds: null }), hostResult('b', 'unreachable')]);
    expect(table(all).slice(1)).toEqual([expect.stringMatching(/^a +dockerd 7 +\? /)]);
  });

  it('has those first that run out first, and tells in lines only what moves', () => {
    const fleet = (at: number) => [look('a', {}), look('b', { fds: 100 + at }), look('c', { fds: 100 + 50 * at })];
    const all = series(fleet(0), fleet(10), fleet(20));
    expect(table(all).map((line) => line[0])).toEqual(['H', 'c', 'b', 'a']);
    expect(trendLines(all.rows()).map((line) => line.slice(0, 12))).toEqual(['c dockerd 7:', 'b dockerd 7:']);
    expect(renderTrends(all.rows(), style, 200, 1).at(-1)).toBe(
      'and 2 more daemons, which run out later or not at all',
    );
  });
});

describe('a watch', () => {
  it('fits a small terminal, whatever the size of the fleet', () => {
    const hosts = Array.from({ length: 200 }, (_, at) =>
      look(`host${at}`, {}, 'a title that is far too long '.repeat(5)),
    );
    const report = runReport(hosts);
    const lines = watchScreen({ number: 3, atMs: 0, report, rows: series(hosts).rows() }, 30_000, style, 80);
    expect(lines.length).toBeLessThan(25);
    for (const line of lines) expect(line.length).toBeLessThan(80);
    expect(lines[0]).toContain('look 3 at');
    expect(lines[0]).toContain('every 30.0s');
  });

  it('says how many verdicts it has no room for', () => {
    const screen = (count: number) => {
      const finding = { kind: 'health', severity: 'critical', remedy: 'R.' } as const;
      const findings = Array.from({ length: count }, (_, at) => ({
        ...{ ...finding, id: `f:${at}`, title: `verdict ${at}`, cause: `cause ${at}` },
      }));
      const task = taskResult('a', 'ok', { module: 'dockerd_health', result: {}, findings });
      const report = runReport([{ ...hostResult('a', 'ok'), tasks: [task] }]);
      return watchScreen({ number: 1, atMs: 0, report, rows: [] }, 30_000, style, 80);
    };
    expect(screen(9).filter((line) => line.startsWith('critical')).length).toBe(9);
    expect(screen(12).filter((line) => line.startsWith('critical')).length).toBe(8);
    expect(screen(12)).toContain('and 4 more; the summary at the end has them all');
    expect(screen(9).join()).not.toContain('more;');
  });

  it('tells what came and what went, by what it is and not by its numbers', () => {
    const [none, one, same] = [look('a', {}), look('a', {}, 'stuck for 1s'), look('a', {}, 'stuck for 9s')].map(
      (host) => runReport([host]),
    );
    if (none === undefined || one === undefined || same === undefined) throw new Error('no reports');
    expect(watchChanges(undefined, one)).toEqual(['there: critical on a: stuck for 1s']);
    expect(watchChanges(none, one)).toEqual(['new: critical on a: stuck for 1s']);
    expect(watchChanges(one, same)).toEqual([]);
    expect(watchChanges(same, none)).toEqual(['gone: critical on a: stuck for 9s']);
  });
});
