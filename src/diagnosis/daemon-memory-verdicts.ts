import type { Finding, Severity } from '../core/findings.ts';
import type { DaemonFacts, DaemonProcess } from './daemon-facts.ts';
import type { DaemonThresholds } from './daemon-thresholds.ts';
import { daemonName, formatBytes, percentOf, roughly } from './daemon-words.ts';

/** Share of the host's memory from which one daemon is critical, however large the host is. */
const HOST_SHARE = 0.25;

/** Shares of a control group's limit: at the limit the kernel kills the daemon, or what is in its group. */
const LIMIT_WARNING = 0.8;
const LIMIT_CRITICAL = 0.95;

/** Daemons that take far more memory than their work needs. */
export function memoryFindings(facts: DaemonFacts, limits: DaemonThresholds): readonly Finding[] {
  return facts.processes.flatMap((daemon) => {
    const { rssBytes } = daemon;
    if (rssBytes === undefined) return [];
    const severity = severityOf(daemon, rssBytes, facts.host.memoryBytes, limits);
    return severity === undefined ? [] : [memoryFinding(daemon, rssBytes, severity, facts, limits)];
  });
}

function severityOf(
  { memoryLimitBytes }: DaemonProcess,
  rss: number,
  host: number | undefined,
  { memoryWarning, memoryCritical }: DaemonThresholds,
): Severity | undefined {
  const ofLimit = memoryLimitBytes === undefined || memoryLimitBytes === 0 ? 0 : rss / memoryLimitBytes;
  const ofHost = host === undefined || host === 0 ? 0 : rss / host;
  if (ofLimit >= LIMIT_CRITICAL || rss >= memoryCritical) return 'critical';
  if (rss >= memoryWarning && ofHost >= HOST_SHARE) return 'critical';
  return rss >= memoryWarning || ofLimit >= LIMIT_WARNING ? 'warning' : undefined;
}

function memoryFinding(
  daemon: DaemonProcess,
  rss: number,
  severity: Severity,
  { host, apis }: DaemonFacts,
  { goroutineWarning }: DaemonThresholds,
): Finding {
  const api = apis.find(({ pid }) => pid === daemon.pid);
  const goroutines = api?.goroutines.kind === 'read' ? api.goroutines.dump.total : undefined;
  const leaking = goroutines !== undefined && goroutines >= goroutineWarning;
  const { uptimeSeconds: age, memoryLimitBytes: limit, virtualBytes, threads } = daemon;
  const share = host.memoryBytes === undefined ? '' : `, ${percentOf(rss, host.memoryBytes)} of the host's memory`;
  return {
    id: `health:memory:${daemon.role}:${daemon.pid}`,
    kind: 'health',
    severity,
    title: `${daemonName(daemon)} takes ${formatBytes(rss)}${share}`,
    cause: leaking
      ? `${daemon.role} keeps the memory of goroutines that never end`
      : `${daemon.role} takes far more memory than its containers need`,
    remedy: leaking
      ? `End what its goroutines wait for, then restart ${daemon.role} at a quiet time: only that gives the memory back.`
      : `Read where it went before a restart (GET /debug/pprof/heap on its socket), then restart ${daemon.role} at a quiet time.`,
    avoid: [
      daemon.role === 'dockerd'
        ? 'Restart dockerd without live-restore at a busy time: it stops every container.'
        : `Restart ${daemon.role} as long as nobody has read where the memory went: the proof goes with it.`,
    ],
    evidence: [
      `resident memory: ${formatBytes(rss)}${virtualBytes === undefined ? '' : ` of ${formatBytes(virtualBytes)} mapped`}`,
      ...(host.memoryBytes === undefined ? [] : [`memory of the host: ${formatBytes(host.memoryBytes)}`]),
      ...(limit === undefined
        ? []
        : [`limit of its control group: ${formatBytes(limit)}, ${percentOf(rss, limit)} of it used`]),
      ...(goroutines === undefined ? [] : [`goroutines: ${goroutines}`]),
      ...(threads === undefined ? [] : [`threads: ${threads}`]),
      ...(age === undefined ? [] : [`started ${roughly(age)} ago`]),
    ],
    data: { pid: daemon.pid, role: daemon.role, rss },
  };
}
