import type { ErrorReport } from '../../src/core/errors.ts';
import type { RunEvent, TaskTitle } from '../../src/core/events.ts';
import { exitCodeOf } from '../../src/core/exit-codes.ts';
import type {
  ChangeOutcome,
  ChangeReport,
  HostResult,
  RunReport,
  TaskResult,
  TaskStatus,
} from '../../src/core/results.ts';

/** A task of the made-up playbook. */
export const SWEEP: TaskTitle = { index: 0, name: 'sweep dead containers', module: 'dead_containers' };

/** A change as the report keeps it. */
export function change(outcome: ChangeOutcome, extra: Partial<ChangeReport> = {}): ChangeReport {
  const title = 'unmount /var/lib/docker/overlay2/d2b5b78/merged in cadvisor';
  const base = {
    id: 'unmount:1:412',
    title,
    why: 'its container is dead',
    risk: 'unmount',
    certainty: 'certain',
  } as const;
  return { ...base, outcome, witness: { mount: 412 }, ...extra };
}

/** The result of the made-up task. */
export function taskResult(host: string, status: TaskStatus, extra: Partial<TaskResult> = {}): TaskResult {
  const { name: task, index: taskIndex, module } = SWEEP;
  const empty = { changes: [], refusals: [], findings: [], gaps: [], result: {}, durationMs: 40 };
  return { host, task, taskIndex, module, status, ...empty, ...extra };
}

/** A host that ended like this; an unreachable one has the error itself, any other in its task. */
export function hostResult(host: string, status: TaskStatus, error?: ErrorReport): HostResult {
  if (status === 'unreachable' || (status === 'not-reached' && error === undefined)) {
    return { host, status, tasks: [], durationMs: 5, ...(error === undefined ? {} : { error }) };
  }
  const outcome: Partial<Record<TaskStatus, ChangeOutcome>> = { changed: 'changed', 'would-change': 'planned' };
  const changes = outcome[status] === undefined ? [] : [change(outcome[status])];
  const task = taskResult(host, status, { changes, ...(error === undefined ? {} : { error }) });
  return { host, status, tasks: [task], durationMs: 50 };
}

/** The report of a run that ended with these hosts. */
export function runReport(hosts: readonly HostResult[], extra: Partial<RunReport> = {}): RunReport {
  const mode = extra.mode ?? 'run';
  const interrupted = extra.interrupted ?? false;
  return {
    schema: 'unbusy/run/1',
    version: '0.0.0',
    playbook: 'playbooks/sweep-dead.yml',
    mode,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationMs: 12_400,
    hosts,
    interrupted,
    exitCode: exitCodeOf({ hosts, mode, interrupted }),
    ...extra,
  };
}

/** The events that lead to a report, host after host. */
export function* eventsOf(report: RunReport): Generator<RunEvent> {
  const { playbook, mode, hosts } = report;
  yield { kind: 'run-start', playbook, mode, hosts: hosts.map((each) => each.host), tasks: [SWEEP] };
  for (const result of hosts) yield* hostEvents(result);
  yield { kind: 'run-end', report };
}

/** The events of one host, from its start to its end. */
export function* hostEvents(result: HostResult): Generator<RunEvent> {
  const { host } = result;
  if (result.status !== 'not-reached') yield { kind: 'host-start', host };
  for (const task of result.tasks) {
    yield { kind: 'host-connected', host, transport: 'ssh', tookMs: 20 };
    yield { kind: 'task-start', host, task: SWEEP };
    for (const each of task.changes) yield { kind: 'change-start', host, task: SWEEP, title: each.title };
    yield { kind: 'task-end', result: task };
  }
  yield { kind: 'host-end', result };
}

/** A fleet of that size with some of everything: mostly fine, some changed, some in trouble for several reasons. */
export function mixedFleet(size: number): readonly HostResult[] {
  const width = String(size).length;
  return Array.from({ length: size }, (_, index) => {
    const host = `cd${String(index + 1).padStart(width, '0')}`;
    const kind = index % 40;
    if (kind === 3) return hostResult(host, 'unreachable', refused(host));
    if (kind === 7)
      return hostResult(host, 'failed', {
        code: 'E_BECOME_PASSWORD',
        message: 'sudo wants a password',
        hint: 'Use -K.',
      });
    if (kind === 11)
      return hostResult(host, 'unknown', {
        code: 'E_DAEMON_SILENT',
        message: `dockerd on ${host} did not answer in 10s`,
      });
    if (kind === 13) return hostResult(host, 'unreachable', unknownKey(host));
    if (kind === 17) return hostResult(host, 'failed', { code: 'E_VERIFY', message: `mount ${index} is still there` });
    if (kind === 19) return hostResult(host, 'failed', { code: 'E_PREFLIGHT_OS', message: 'the host runs SunOS' });
    if (kind === 23) return hostResult(host, 'not-reached');
    if (kind === 29) return hostResult(host, 'skipped');
    return hostResult(host, kind % 5 === 0 ? 'changed' : 'ok');
  });
}

function refused(host: string): ErrorReport {
  return { code: 'E_CONNECT_TCP', message: `${host}:22: connection refused`, hint: `Start sshd on ${host}.` };
}

function unknownKey(host: string): ErrorReport {
  const data = { type: 'ssh-ed25519', fingerprint: `SHA256:${host}` };
  return { code: 'E_HOSTKEY_UNKNOWN', message: `${host} shows an unknown key`, hint: 'Compare it.', data };
}
