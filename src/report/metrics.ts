import { type HostResult, type RunReport, TASK_STATUSES, type TaskStatus } from '../core/results.ts';
import type { MetricFamily, Sample } from './exposition.ts';
import { leakSeries } from './leak-series.ts';
import { wasSeenWhole } from './standings.ts';

/** Every metric with its HELP, in the order of the file; a compiled hook writes the same. */
const METRICS = [
  ['unbusy_info', 'Version of unbusy that ran last.'],
  ['unbusy_last_run_timestamp_seconds', 'When the last run ended, however it ended.'],
  [
    'unbusy_last_success_timestamp_seconds',
    'When a run last ended with every host seen and as wanted, or with findings only.',
  ],
  ['unbusy_run_duration_seconds', 'How long the last run took.'],
  ['unbusy_period_seconds', 'How often a run is to come.'],
  ['unbusy_hosts', 'Hosts of the last run by how they ended.'],
  ['unbusy_leaks', 'Leaked mounts and dead containers that are left, as last seen; 0 once after a host is healed.'],
  ['unbusy_leaks_folded_series', 'Series of unbusy_leaks beyond the limit, summed up under host="(others)".'],
  ['unbusy_released_total', 'Mounts released, each seen to be gone.'],
  ['unbusy_unknown_hosts', 'Hosts of the last run whose state, or part of it, could not be seen.'],
] as const;

type MetricName = (typeof METRICS)[number][0];

/** What a run gives to its metrics. */
export interface MetricsFacts {
  /** File name of the playbook without its ending. */
  readonly playbook: string;
  readonly version: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly exitCode: number;
  /** How often a run is to come, if that was said. */
  readonly periodMs?: number;
  /** Missing where the run ended before it looked at a host. */
  readonly report?: RunReport;
}

/** The metrics of a run; what only adds up, or was true of hosts that nobody could look at now, goes on from the file before. */
export function metricsOf(facts: MetricsFacts, before: readonly Sample[]): readonly MetricFamily[] {
  const { playbook, report } = facts;
  const old = (name: string) => before.filter((each) => each.labels.playbook === playbook && each.name === name);
  const last = (name: string) => old(name).at(-1)?.value;
  const counts = hostCounts(facts, old('unbusy_hosts'));
  const { series, folded } = leakSeries(report?.hosts, old('unbusy_leaks'));
  const well = facts.exitCode === 0 || facts.exitCode === 3;
  const of = (value: number | undefined, labels: Sample['labels'] = {}) =>
    value === undefined ? [] : [{ labels: { playbook, ...labels }, value }];
  const total = (last('unbusy_released_total') ?? 0) + released(report?.hosts ?? []);
  const samples: Readonly<Record<MetricName, MetricFamily['samples']>> = {
    unbusy_info: of(1, { version: facts.version }),
    unbusy_last_run_timestamp_seconds: of(seconds(facts.endedMs)),
    unbusy_last_success_timestamp_seconds: of(
      well ? seconds(facts.endedMs) : last('unbusy_last_success_timestamp_seconds'),
    ),
    unbusy_run_duration_seconds: of((facts.endedMs - facts.startedMs) / 1000),
    unbusy_period_seconds: of(facts.periodMs === undefined ? undefined : facts.periodMs / 1000),
    unbusy_hosts: counts.states.flatMap(([state, value]) => of(value, { state })),
    unbusy_leaks: series.flatMap(({ host, cause, value }) => of(value, { host, cause })),
    unbusy_leaks_folded_series: of(folded),
    unbusy_released_total: of(total),
    unbusy_unknown_hosts: of(counts.unknown),
  };
  return METRICS.flatMap(([name, help]) => {
    const type = name.endsWith('_total') ? 'counter' : 'gauge';
    return samples[name].length === 0 ? [] : [{ name, type, help, samples: samples[name] }];
  });
}

/** Of a run that looked at no host, the hosts of the run before were not reached. */
function hostCounts(
  { report, exitCode }: MetricsFacts,
  before: readonly Sample[],
): { readonly states: readonly (readonly [TaskStatus, number])[]; readonly unknown: number } {
  const known = exitCode === 8 ? 0 : before.reduce((sum, { value }) => sum + value, 0);
  const of = (status: TaskStatus) =>
    report?.hosts.filter((host) => host.status === status).length ?? (status === 'not-reached' ? known : 0);
  const unknown = report?.hosts.filter((host) => !wasSeenWhole(host) && !isKnownFailure(host)).length ?? known;
  return { states: TASK_STATUSES.map((status) => [status, of(status)] as const), unknown };
}

/** A step that failed on a host says nothing against what was seen there; tasks that it kept from looking do. */
function isKnownFailure({ status, error, tasks }: HostResult): boolean {
  const looked = tasks.every((task) => task.gaps.length === 0 && task.status !== 'not-reached');
  return status === 'failed' && error === undefined && looked;
}

/** A removed directory lets go of every mount on it. */
function released(hosts: readonly HostResult[]): number {
  const changes = hosts.flatMap((host) => host.tasks.flatMap((task) => task.changes));
  return changes
    .filter(({ risk, outcome }) => risk === 'unmount' && outcome === 'changed')
    .reduce((sum, { witness: { covers } }) => sum + (typeof covers === 'number' ? covers : 1), 0);
}

const seconds = (ms: number) => Math.round(ms) / 1000;
