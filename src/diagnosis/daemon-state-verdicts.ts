import type { Finding } from '../core/findings.ts';
import type { DaemonFacts, DaemonProcess } from './daemon-facts.ts';
import { daemonName, roughly } from './daemon-words.ts';

/** What is younger has not had the time to show a leak. */
const YOUNG_SECONDS = 600;

/** Daemons that do not run although they are there, a dockerd that was started a moment ago, and a host without any. */
export function stateFindings({ processes, apis }: DaemonFacts): readonly Finding[] {
  const own = processes.flatMap((daemon) => {
    const silent = apis.some(({ pid, ping }) => pid === daemon.pid && ping.kind === 'silent');
    const halted = silent ? [] : haltedFinding(daemon);
    return [...halted, ...youngFinding(daemon)];
  });
  const hasDocker = apis.length > 0 || processes.some(({ role }) => role === 'dockerd');
  return hasDocker ? own : [...own, noDocker(processes)];
}

/** No fault of a host that is not to have one; who expects one there must not read that all is well. */
function noDocker(processes: readonly DaemonProcess[]): Finding {
  const others = processes.map(daemonName).join(', ');
  return {
    id: 'health:no-dockerd',
    kind: 'health',
    severity: 'info',
    title: `neither a dockerd nor its socket is here; ${others === '' ? 'no other container daemon runs' : `there is ${others}`}`,
    cause: 'the host runs no Docker, so that nothing can be said of it',
    remedy: 'Look whether Docker should run here (systemctl status docker); if not, this is well.',
    evidence: ['looked for: a process dockerd outside of containers, and /var/run/docker.sock'],
  };
}

/** Why a daemon in that state does nothing; undefined if its state does not keep it from working. */
export function haltedCause({ role, state }: DaemonProcess): string | undefined {
  switch (state) {
    case 'T':
      return `${role} was stopped by a signal (SIGSTOP) and does nothing until it is continued`;
    case 't':
      return `${role} is held by a debugger or by strace`;
    case 'D':
      return `${role} itself waits in the kernel, where no signal reaches it`;
    case 'Z':
      return `${role} has ended, but its parent has not taken notice of it`;
    default:
      return undefined;
  }
}

/** What to do about it; starts with a verb. */
export function haltedRemedy({ role, pid, state, parent }: DaemonProcess): string {
  switch (state) {
    case 'T':
      return `Continue it with kill -CONT ${pid}, and find out who stopped it.`;
    case 't':
      return `End the tracer that TracerPid in /proc/${pid}/status names, or let it go on.`;
    case 'Z':
      return `Look at its parent (pid ${parent}), and start ${role} again.`;
    default:
      return `Find what it waits for (/proc/${pid}/wchan, /proc/${pid}/stack) and repair that; no restart helps before.`;
  }
}

function haltedFinding(daemon: DaemonProcess): readonly Finding[] {
  // One look at state D may have met a read from the disk; who stays in it is found by looking twice.
  const cause = daemon.state === 'D' ? undefined : haltedCause(daemon);
  if (cause === undefined) return [];
  return [
    {
      id: `health:state:${daemon.role}:${daemon.pid}`,
      kind: 'health',
      severity: 'critical',
      title: `${daemonName(daemon)} is in state ${daemon.state} and does not work`,
      cause,
      remedy: haltedRemedy(daemon),
      evidence: [`state: ${daemon.state} (/proc/${daemon.pid}/stat)`],
      data: { pid: daemon.pid, role: daemon.role, state: daemon.state },
    },
  ];
}

function youngFinding(daemon: DaemonProcess): readonly Finding[] {
  const { uptimeSeconds: age } = daemon;
  if (daemon.role !== 'dockerd' || age === undefined || age >= YOUNG_SECONDS) return [];
  return [
    {
      id: `health:young:${daemon.pid}`,
      kind: 'health',
      severity: 'info',
      title: `${daemonName(daemon)} was started ${roughly(age)} ago`,
      cause: 'dockerd is too young for its numbers to show a leak',
      remedy: 'Look again in some hours.',
      data: { pid: daemon.pid, uptime_s: Math.round(age) },
    },
  ];
}
