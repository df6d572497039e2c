import type { Finding, Severity } from '../core/findings.ts';
import type { DaemonFacts, DaemonProcess, FdSample, FdUse } from './daemon-facts.ts';
import type { DaemonThresholds } from './daemon-thresholds.ts';
import { daemonName, percentOf, roughly } from './daemon-words.ts';

/** Fewer new descriptors than that between two looks are the coming and going of clients. */
const LEAST_GROWTH = 20;

/** Exhaustion within that time is told even where little is used yet: nobody is there to look before. */
const SOON_SECONDS = 6 * 3600;

/** How the descriptors of a daemon grow. */
export interface FdGrowth {
  readonly perSecond: number;
  readonly overSeconds: number;
  /** Seconds until the soft limit is reached; undefined if they do not grow, or there is no limit. */
  readonly exhaustedIn: number | undefined;
}

/** The growth between two looks at the same process; undefined if the second one saw another process, or none. */
export function fdGrowth(daemon: DaemonProcess, samples: readonly FdSample[]): FdGrowth | undefined {
  const { fds } = daemon;
  const sample = samples.find(({ pid, startTime }) => pid === daemon.pid && startTime === daemon.startTime);
  if (fds === undefined || sample === undefined || sample.afterSeconds <= 0) return undefined;
  const grown = sample.open - fds.open;
  const perSecond = grown / sample.afterSeconds;
  const left = fds.soft - sample.open;
  const grows = grown >= LEAST_GROWTH && Number.isFinite(left);
  return {
    perSecond,
    overSeconds: sample.afterSeconds,
    exhaustedIn: grows ? Math.max(0, left) / perSecond : undefined,
  };
}

/** Daemons that use up their file descriptors, or will soon, and a kernel whose file handles are used up. */
export function fdFindings({ host, processes, samples }: DaemonFacts, limits: DaemonThresholds): readonly Finding[] {
  const own = processes.flatMap((daemon) => daemonFinding(daemon, fdGrowth(daemon, samples), limits));
  const { files } = host;
  if (files === undefined) return own;
  const severity = severityOf(files.allocated / files.max, limits);
  if (severity === undefined) return own;
  const finding: Finding = {
    id: 'health:host-files',
    kind: 'health',
    severity,
    title: `the host has ${files.allocated} of ${files.max} file handles open, ${percentOf(files.allocated, files.max)}`,
    cause: 'the kernel has hardly any file handles left for all processes together',
    remedy:
      'Find the process with the most entries in /proc/PID/fd and end its cause; raising fs.file-max only buys time.',
    evidence: [`/proc/sys/fs/file-nr: ${files.allocated} allocated, ${files.max} allowed`],
  };
  return [...own, finding];
}

function severityOf(share: number, { fdWarning, fdCritical }: DaemonThresholds): Severity | undefined {
  if (share >= fdCritical) return 'critical';
  return share >= fdWarning ? 'warning' : undefined;
}

function daemonFinding(
  daemon: DaemonProcess,
  growth: FdGrowth | undefined,
  limits: DaemonThresholds,
): readonly Finding[] {
  const { fds } = daemon;
  if (fds === undefined || !Number.isFinite(fds.soft) || fds.soft === 0) return [];
  const soon = growth?.exhaustedIn !== undefined && growth.exhaustedIn < SOON_SECONDS;
  const severity = severityOf(fds.open / fds.soft, limits) ?? (soon ? 'warning' : undefined);
  if (severity === undefined) return [];
  const used = `${fds.open} of ${fds.soft} file descriptors open, ${percentOf(fds.open, fds.soft)}`;
  const end = growth?.exhaustedIn === undefined ? '' : `; they run out in ${roughly(growth.exhaustedIn)}`;
  const byClients = (daemon.connections ?? 0) >= fds.open / 2;
  return [
    {
      id: `health:fds:${daemon.role}:${daemon.pid}`,
      kind: 'health',
      severity,
      title: `${daemonName(daemon)} has ${used}${end}`,
      cause: byClients
        ? `clients keep connections to ${daemon.role} open and use up its file descriptors`
        : `${daemon.role} uses up its file descriptors`,
      remedy: byClients
        ? 'Find who holds the connections (ss -xp on the host names both ends) and end the cause there; a higher LimitNOFILE= only buys time.'
        : `Find what the descriptors are (the evidence counts them) and end the cause; a higher LimitNOFILE= of ${daemon.unit || daemon.role} only buys time.`,
      avoid: avoidOf(daemon),
      evidence: evidenceOf(daemon, fds, growth),
      data: {
        pid: daemon.pid,
        role: daemon.role,
        open: fds.open,
        limit: fds.soft,
        connections: daemon.connections ?? null,
        per_hour: growth === undefined ? null : Math.round(growth.perSecond * 3600),
        exhausted_in_s: growth?.exhaustedIn === undefined ? null : Math.round(growth.exhaustedIn),
      },
    },
  ];
}

function avoidOf({ role }: DaemonProcess): readonly string[] {
  return role === 'dockerd'
    ? ['Restart dockerd without live-restore to get descriptors back: it stops every container.']
    : [`Restart ${role} before the cause is known: what it held open tells it.`];
}

function evidenceOf(daemon: DaemonProcess, fds: FdUse, growth: FdGrowth | undefined): readonly string[] {
  const { kinds, connections, socket, uptimeSeconds } = daemon;
  const age = uptimeSeconds !== undefined && uptimeSeconds > 3600 ? uptimeSeconds : undefined;
  return [
    `file descriptors: ${fds.open} open, limit ${fds.soft} (hard ${Number.isFinite(fds.hard) ? fds.hard : 'unlimited'})`,
    ...(kinds === undefined
      ? []
      : [
          `of ${kinds.looked === fds.open ? 'them' : `${kinds.looked} that were looked at`}: ${kinds.sockets} sockets, ${kinds.pipes} pipes, ` +
            `${kinds.anonymous} anonymous, ${kinds.files} files`,
        ]),
    ...(connections === undefined || socket === '' ? [] : [`connections on ${socket}: ${connections}`]),
    ...(growth === undefined
      ? []
      : [`growth: ${signed(growth.perSecond * 3600)} an hour, seen over ${growth.overSeconds.toFixed(1)} s`]),
    ...(age === undefined
      ? []
      : [`since its start ${roughly(age)} ago: ${signed((fds.open / age) * 3600)} an hour on average`]),
  ];
}

function signed(number: number): string {
  const rounded = Math.round(number);
  return rounded > 0 ? `+${rounded}` : `${rounded}`;
}
