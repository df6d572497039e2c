import { formatDuration } from '../core/clock.ts';
import type { Finding, Severity } from '../core/findings.ts';
import { isVersion, vercmp } from '../core/vercmp.ts';
import type { DaemonThresholds } from './daemon-thresholds.ts';
import { type CauseCount, countCauses, countOf, type GoroutineCause } from './goroutine-causes.ts';
import type { GoroutineDump } from './goroutine-dump.ts';
import { CAUSE_TEXTS } from './goroutine-words.ts';
import { upstreamVersion } from './versions.ts';

/** What is known besides of the daemon whose goroutines these are. */
export interface DumpContext {
  readonly name: string;
  /** Of dockerd; empty if it is not known. */
  readonly version: string;
  readonly containersRunning: number | undefined;
  /** Where the list is from, in words; absent: the API told it. */
  readonly source?: string;
}

/** From how many goroutines of a cause on it is a warning, and critical. */
const LIMITS: Readonly<Partial<Record<GoroutineCause, readonly [warning: number, critical: number]>>> = {
  // A kill ends within milliseconds; five at the same moment wait for something. A drained node stops a hundred at once.
  'kill-wait': [5, 100],
  // containerd answers within milliseconds as well.
  'containerd-call': [5, 50],
  // Whoever holds the lock of a container does so for milliseconds.
  'container-lock': [5, 50],
  // Pulling and removing images keeps some at work.
  storage: [10, 100],
  'log-copy': [4, 50],
  // Health checks of a host with hundreds of containers run dozens at once.
  exec: [200, 2_000],
  attach: [200, 2_000],
  'log-follow': [200, 2_000],
  wait: [500, 5_000],
  events: [200, 2_000],
  stats: [200, 2_000],
  'idle-connection': [500, 5_000],
  unknown: [1_000, 20_000],
};

/** Readers of logs that a host may have beyond two for each running container. */
const SPARE_LOG_READERS = 50;

/** Causes that are told as evidence. */
const NAMED = 6;

/** What the goroutines of a dockerd say is wrong, each cause once; empty for a daemon that is well. */
export function goroutineFindings(
  dump: GoroutineDump,
  context: DumpContext,
  limits: DaemonThresholds,
): readonly Finding[] {
  const causes = countCauses(dump);
  const evidence = [...evidenceOf(dump, causes), ...(context.source === undefined ? [] : [context.source])];
  const findings = [
    ...streamFinding(dump, causes, context),
    ...causes.flatMap((each) => causeFinding(each, context)),
    ...logReaders(causes, context),
  ].map((finding) => ({ ...finding, evidence }));
  const told = findings.some(({ severity }) => severity !== 'info');
  return told ? findings : [...findings, ...manyFinding(dump, context, limits).map((each) => ({ ...each, evidence }))];
}

function severityOf(count: number, [warning, critical]: readonly [number, number]): Severity | undefined {
  if (count >= critical) return 'critical';
  return count >= warning ? 'warning' : undefined;
}

function causeFinding({ cause, count, at, longestMinutes }: CauseCount, context: DumpContext): readonly Finding[] {
  const limit = LIMITS[cause];
  const texts = CAUSE_TEXTS[cause];
  const severity = limit === undefined ? undefined : severityOf(count, limit);
  if (severity === undefined || texts === undefined) return [];
  const longest = longestMinutes === undefined ? '' : `, the longest for ${formatDuration(longestMinutes * 60_000)}`;
  const { doing, why, remedy, avoid } = texts(context);
  return [
    {
      id: `health:goroutines:${cause}${cause === 'unknown' ? `:${at}` : ''}`,
      kind: 'health',
      severity,
      title: `${count} goroutines of ${context.name} ${doing}${cause === 'unknown' ? ` ${at}` : ''}${longest}`,
      cause: why,
      remedy,
      ...(avoid === undefined ? {} : { avoid: [avoid] }),
      data: { cause, count, at },
    },
  ];
}

/** dockerd has had one for its containers and one for its plugins since 18.09, for as long as it runs. */
function streamFinding(
  dump: GoroutineDump,
  causes: readonly CauseCount[],
  { name, version }: DumpContext,
): readonly Finding[] {
  const count = countOf(causes, 'event-stream');
  const known = isVersion(version) && vercmp(upstreamVersion(version), '18.09') >= 0;
  if (!known || dump.cut || count >= 2) return [];
  const gone = count === 0;
  return [
    {
      id: 'health:goroutines:event-stream',
      kind: 'health',
      severity: gone ? 'critical' : 'warning',
      title: gone
        ? `${name} does not listen to the events of containerd any more`
        : `${name} listens to the events of containerd with one stream instead of two`,
      cause: 'the goroutine that reads the events of containerd is gone, so that dockerd never hears of an exit',
      remedy: 'Restart dockerd at a quiet time (with live-restore containers keep running): only that brings it back.',
      avoid: ['Trust what docker ps says is running: ask the process table, or ctr -n moby tasks ls.'],
      data: { cause: 'event-stream', count },
    },
  ];
}

function logReaders(causes: readonly CauseCount[], context: DumpContext): readonly Finding[] {
  const { containersRunning: running, name } = context;
  const count = countOf(causes, 'log-read');
  if (running === undefined || count <= 2 * running + SPARE_LOG_READERS) return [];
  return [
    {
      id: 'health:goroutines:log-read',
      kind: 'health',
      severity: 'warning',
      title: `${count} goroutines of ${name} read logs of containers, though only ${running} containers run`,
      cause: 'dockerd still reads the output of containers that ended, as somebody keeps their pipes open',
      remedy: 'Find processes of ended containers that live on (their shims name them), and end those.',
      data: { cause: 'log-read', count, running },
    },
  ];
}

/** Many, and no cause that we know by name. */
function manyFinding(
  { total }: GoroutineDump,
  { name, containersRunning: running }: DumpContext,
  { goroutineWarning, goroutineCritical }: DaemonThresholds,
): readonly Finding[] {
  // A hundred for each container that runs is several times what they need.
  const scale = Math.max(1, ((running ?? 0) * 100) / goroutineWarning);
  const severity = severityOf(total, [goroutineWarning * scale, goroutineCritical * scale]);
  if (severity === undefined) return [];
  return [
    {
      id: 'health:goroutines:many',
      kind: 'health',
      severity,
      title: `${name} has ${total} goroutines`,
      cause: 'dockerd has far more goroutines than its containers need, of no cause that is known by name',
      remedy: 'Keep the evidence for a report, then restart dockerd at a quiet time: only that ends them.',
      data: { cause: 'many', count: total },
    },
  ];
}

function evidenceOf(dump: GoroutineDump, causes: readonly CauseCount[]): readonly string[] {
  const named = causes.filter(({ count }) => count > 1).slice(0, NAMED);
  return [
    `goroutines: ${dump.total}${dump.cut ? ' (the list was cut)' : ''}`,
    ...named.map(({ cause, count, at }) => `${count} ${cause === 'unknown' ? 'in' : `${cause}, such as`} ${at}`),
  ];
}
