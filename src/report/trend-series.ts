import type { Json, JsonObject } from '../core/json.ts';
import type { RunReport } from '../core/results.ts';
import { type Trend, type TrendPoint, trendOf } from '../diagnosis/trend.ts';

/** One number of a daemon over several looks. */
export interface Measured {
  /** As of the last look; undefined if it was not read then. */
  readonly last: number | undefined;
  readonly limit?: number;
  readonly trend: Trend;
}

/** The numbers of one daemon process; a restarted one is another, as its numbers begin anew. */
export interface DaemonTrend {
  readonly host: string;
  readonly role: string;
  readonly pid: number;
  readonly fds: Measured;
  /** MiB. */
  readonly memory: Measured;
  readonly goroutines: Measured;
}

interface Series {
  readonly host: string;
  readonly role: string;
  readonly pid: number;
  readonly fds: TrendPoint[];
  readonly memory: TrendPoint[];
  readonly goroutines: TrendPoint[];
  limit: number | undefined;
  seenMs: number;
}

/** A page cache or a buffer more is no leak. */
const MEMORY_NOISE_MIB = 8;

/** Each request of a client is a few of them. */
const GOROUTINE_NOISE = 10;

/** Looks that a trend is made of, the newest: a rate of hours ago tells nothing of when a daemon is full. */
const NEWEST = 120;

/** Numbers of all daemons of a fleet, look after look. */
export class TrendSeries {
  readonly #series = new Map<string, Series>();
  #lastMs = 0;

  /** Takes what one look measured; a host that could not be looked at adds nothing. */
  add(report: RunReport, atMs: number): void {
    this.#lastMs = atMs;
    for (const host of report.hosts) {
      const result = host.tasks.find((task) => task.module === 'dockerd_health')?.result;
      if (result !== undefined) this.#forgetGone(host.host, objects(result.daemons));
      for (const daemon of objects(result?.daemons)) this.#addDaemon(host.host, daemon, objects(result?.apis), atMs);
    }
  }

  /** Every daemon that was there at the last look, in the order of hosts. */
  rows(): readonly DaemonTrend[] {
    return [...this.#series.values()]
      .filter((each) => each.seenMs === this.#lastMs)
      .map((each) => ({
        ...{ host: each.host, role: each.role, pid: each.pid },
        fds: measured(each.fds, this.#lastMs, undefined, each.limit),
        memory: measured(each.memory, this.#lastMs, MEMORY_NOISE_MIB),
        goroutines: measured(each.goroutines, this.#lastMs, GOROUTINE_NOISE),
      }));
  }

  /** A daemon that is not on its host any more does not come back. */
  #forgetGone(host: string, daemons: readonly JsonObject[]): void {
    const there = new Set(daemons.map((daemon) => keyOf(host, daemon)));
    for (const [key, series] of this.#series) if (series.host === host && !there.has(key)) this.#series.delete(key);
  }

  #addDaemon(host: string, daemon: JsonObject, apis: readonly JsonObject[], atMs: number): void {
    const [role, pid] = [String(daemon.role), Number(daemon.pid)];
    const key = keyOf(host, daemon);
    const empty = { host, role, pid, fds: [], memory: [], goroutines: [], limit: undefined, seenMs: atMs };
    const series: Series = this.#series.get(key) ?? empty;
    this.#series.set(key, series);
    series.seenMs = atMs;
    series.limit = number(daemon.fd_limit);
    put(series.fds, atMs, daemon.fds);
    put(series.memory, atMs, daemon.rss_mib);
    put(series.goroutines, atMs, apis.find((api) => api.pid === pid)?.goroutines);
  }
}

function keyOf(host: string, { role, pid, start_time }: JsonObject): string {
  return JSON.stringify([host, role ?? '', pid ?? '', start_time ?? '']);
}

function put(points: TrendPoint[], atMs: number, value: Json | undefined): void {
  const known = number(value);
  if (known !== undefined) points.push({ atMs, value: known });
  if (points.length > NEWEST) points.shift();
}

function measured(points: readonly TrendPoint[], nowMs: number, noise?: number, limit?: number): Measured {
  const last = points.at(-1);
  return {
    last: last?.atMs === nowMs ? last.value : undefined,
    trend: trendOf(points, limit, noise),
    ...(limit === undefined ? {} : { limit }),
  };
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function objects(value: Json | undefined): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is JsonObject => typeof each === 'object' && each !== null && !Array.isArray(each));
}
