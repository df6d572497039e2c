import { formatDuration } from '../core/clock.ts';
import type { Finding, Severity } from '../core/findings.ts';
import type { ApiAnswer, DaemonApi, DaemonFacts, DaemonProcess } from './daemon-facts.ts';
import { haltedCause, haltedRemedy } from './daemon-state-verdicts.ts';
import type { DaemonThresholds } from './daemon-thresholds.ts';
import { daemonName, roughly } from './daemon-words.ts';

/** APIs that do not answer, answer late, or answer something else; nothing is said of one that nobody could ask. */
export function apiFindings({ apis, processes }: DaemonFacts, limits: DaemonThresholds): readonly Finding[] {
  return apis.flatMap((api) => {
    const daemon = processes.find(({ pid }) => pid === api.pid);
    const trouble = pingTrouble(api, daemon, limits) ?? behindTrouble(api, daemon);
    if (trouble === undefined) return [];
    const evidence = [...trouble.evidence, ...evidenceOf(api, daemon)];
    return [{ id: `health:api:${api.socket}`, kind: 'health' as const, path: api.socket, ...trouble, evidence }];
  });
}

interface Trouble {
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly remedy: string;
  readonly avoid?: readonly string[];
  readonly evidence: readonly string[];
}

const NO_CLIENTS = 'Call more docker commands on this host: each one waits as well, and holds a connection open.';

function pingTrouble(
  { ping, socket }: DaemonApi,
  daemon: DaemonProcess | undefined,
  limits: DaemonThresholds,
): Trouble | undefined {
  const name = daemon === undefined ? 'dockerd' : daemonName(daemon);
  switch (ping.kind) {
    case 'silent':
      return silence(name, daemon, ping.afterMs);
    case 'no-daemon':
      return {
        severity: 'critical',
        title: `no dockerd runs, though ${socket} is there`,
        cause: 'no dockerd runs on this host',
        remedy: 'Look why it ended (systemctl status docker, journalctl -u docker), and start it again.',
        evidence: [`socket: ${socket}; nobody was asked, as a connection might start it`],
      };
    case 'refused':
    case 'absent':
      return {
        severity: 'critical',
        title: `${name} runs, but ${ping.kind === 'absent' ? `there is no ${socket}` : `nobody listens on ${socket}`}`,
        cause: 'dockerd runs without its socket: it starts or ends just now, or somebody removed the socket',
        remedy: 'Look again in a minute; if it stays so, restart docker.socket and docker.service.',
        evidence: [],
      };
    case 'garbled':
      return {
        severity: 'critical',
        title: `what answers on ${socket} is no Docker API: ${ping.why}`,
        cause: 'something else than dockerd answers on its socket, or dockerd hangs up',
        remedy: 'Find who listens there (ss -xlp), and read the log of dockerd.',
        evidence: [],
      };
    case 'answered':
      return answerTrouble(ping, name, limits);
    default:
      return undefined;
  }
}

function silence(name: string, daemon: DaemonProcess | undefined, afterMs: number): Trouble {
  const halted = daemon === undefined ? undefined : haltedCause(daemon);
  const full = daemon?.fds !== undefined && daemon.fds.open >= daemon.fds.soft;
  return {
    severity: 'critical',
    title: `${name} takes connections and does not answer: nothing came within ${formatDuration(afterMs)}`,
    cause:
      halted ??
      (full
        ? 'dockerd has no file descriptor left to take a connection with'
        : 'dockerd takes connections and does not answer'),
    remedy:
      halted !== undefined && daemon !== undefined
        ? haltedRemedy(daemon)
        : 'Have it write down its goroutines (write_stacks: true of dockerd_health, or kill -USR1), then restart dockerd; check live-restore before.',
    avoid: [NO_CLIENTS],
    evidence: [`GET /_ping: no answer within ${formatDuration(afterMs)}`],
  };
}

function answerTrouble(
  ping: ApiAnswer & { kind: 'answered' },
  name: string,
  { slowMs, slowCriticalMs }: DaemonThresholds,
): Trouble | undefined {
  if (ping.status >= 500) {
    return {
      severity: 'critical',
      title: `${name} answers with an error: HTTP ${ping.status}`,
      cause: 'dockerd answers with errors of its own',
      remedy: 'Read the log of dockerd (journalctl -u docker).',
      evidence: [`GET /_ping: HTTP ${ping.status} after ${formatDuration(ping.ms)}`],
    };
  }
  if (ping.ms < slowMs) return undefined;
  return {
    severity: ping.ms >= slowCriticalMs ? 'critical' : 'warning',
    title: `${name} takes ${formatDuration(ping.ms)} to answer a ping`,
    cause: 'dockerd answers slowly even where it has nothing to wait for: it, or the host, is overloaded',
    remedy: 'Look at the load, memory and disks of the host, and at how many clients ask at once.',
    evidence: [`GET /_ping: HTTP ${ping.status} after ${formatDuration(ping.ms)}`],
  };
}

/** /_ping asks nobody; /version asks containerd (since 17.12), and /info the storage driver and every plugin besides. */
function behindTrouble({ version, info }: DaemonApi, daemon: DaemonProcess | undefined): Trouble | undefined {
  const late = [
    ...(version?.kind === 'silent' ? [{ path: '/version', afterMs: version.afterMs }] : []),
    ...(info?.kind === 'silent' ? [{ path: '/info', afterMs: info.afterMs }] : []),
  ];
  const [first] = late;
  const name = daemon === undefined ? 'dockerd' : daemonName(daemon);
  if (first === undefined) return behindError(name, { version, info });
  const shared = {
    severity: 'critical' as const,
    title: `${name} answers a ping, but not docker ${first.path.slice(1)} within ${formatDuration(first.afterMs)}`,
    avoid: [NO_CLIENTS],
    evidence: late.map(({ path, afterMs }) => `GET ${path}: no answer within ${formatDuration(afterMs)}`),
  };
  if (first.path === '/version') {
    return {
      ...shared,
      cause: 'containerd does not answer dockerd',
      remedy:
        'Look at containerd: its state, its log, its shims; restart it only if it does nothing at all (containers keep running).',
    };
  }
  return {
    ...shared,
    cause: 'the storage driver, a plugin or a lock of dockerd does not come back',
    remedy:
      'Look at its goroutines and for tasks in state D; mend the disk, the thin pool or the plugin that they wait for.',
  };
}

function behindError(name: string, { version, info }: Pick<DaemonApi, 'version' | 'info'>): Trouble | undefined {
  const failed = Object.entries({ version, info }).flatMap(([what, answer]) =>
    answer?.kind === 'answered' && answer.status >= 500 ? [{ what, status: answer.status }] : [],
  );
  const [first] = failed;
  if (first === undefined) return undefined;
  return {
    severity: 'warning',
    title: `${name} answers a ping, but docker ${first.what} with an error: HTTP ${first.status}`,
    cause: 'dockerd answers with errors of its own',
    remedy: 'Read the log of dockerd (journalctl -u docker).',
    evidence: failed.map(({ what, status }) => `GET /${what}: HTTP ${status}`),
  };
}

function evidenceOf({ way, socket, ping }: DaemonApi, daemon: DaemonProcess | undefined): readonly string[] {
  const asked = ping.kind !== 'no-daemon' && way !== '';
  return [
    ...(asked ? [`asked over ${socket} by ${way}`] : []),
    ...(daemon === undefined ? [] : [`state of dockerd: ${daemon.state}`]),
    ...(daemon?.connections === undefined ? [] : [connectionsLine(daemon)]),
    ...(daemon?.uptimeSeconds === undefined ? [] : [`started ${roughly(daemon.uptimeSeconds)} ago`]),
  ];
}

function connectionsLine({ connections, waiting }: DaemonProcess): string {
  return `connections on it: ${connections}${waiting === undefined ? '' : `, and ${waiting} that wait to be accepted`}`;
}
