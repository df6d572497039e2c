import type { Finding } from '../../core/findings.ts';
import type { JsonObject } from '../../core/json.ts';
import type { DaemonApi, DaemonProcess } from '../../diagnosis/daemon-facts.ts';
import { healthFindings } from './findings.ts';
import type { DockerdHealthState } from './state.ts';

/** The numbers, for a program to read and for a trend; what was not read is null. */
export function healthResult(state: DockerdHealthState): JsonObject {
  const { daemons, around } = state;
  const verdicts = healthFindings(state);
  const worst = (['critical', 'warning', 'info'] as const).find((each) =>
    verdicts.some(({ severity }) => severity === each),
  );
  const { files } = daemons.host;
  return {
    health: worst === 'critical' || worst === 'warning' ? worst : 'good',
    why: causesOf(verdicts).join('; '),
    daemons: daemons.processes.map(processResult),
    apis: daemons.apis.map(apiResult),
    host_files_percent: files === undefined ? null : Math.floor((files.allocated / files.max) * 100),
    stuck_tasks: around.stuck === undefined ? null : around.stuck.tasks.length + around.stuck.more,
    versions: Object.fromEntries(daemons.versions.map(({ component, version }) => [component, version])),
  };
}

/** Of the verdicts that make a host sick. */
function causesOf(verdicts: readonly Finding[]): readonly string[] {
  return [...new Set(verdicts.filter(({ severity }) => severity !== 'info').map(({ cause }) => cause))];
}

function processResult(daemon: DaemonProcess): JsonObject {
  const { fds } = daemon;
  return {
    role: daemon.role,
    pid: daemon.pid,
    start_time: daemon.startTime,
    unit: daemon.unit,
    state: daemon.state,
    fds: fds?.open ?? null,
    fd_limit: fds === undefined || !Number.isFinite(fds.soft) ? null : fds.soft,
    rss_mib: daemon.rssBytes === undefined ? null : Math.ceil(daemon.rssBytes / 2 ** 20),
    threads: daemon.threads ?? null,
    connections: daemon.connections ?? null,
  };
}

/** Times are told in whole seconds, rounded up: below that they say more of the way than of the daemon. */
function apiResult({ pid, socket, ping, goroutines }: DaemonApi): JsonObject {
  return {
    pid: pid ?? null,
    socket,
    answer: ping.kind,
    within_s: ping.kind === 'answered' ? Math.max(1, Math.ceil(ping.ms / 1000)) : null,
    goroutines: goroutines.kind === 'read' ? goroutines.dump.total : null,
  };
}
