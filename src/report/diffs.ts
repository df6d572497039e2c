import type { RunEvent } from '../core/events.ts';
import type { HostResult, RunReport, TaskResult } from '../core/results.ts';

/** An event without the diffs of its changes: the content of files, which may hold secrets, is told only to who asks for it. */
export function eventWithoutDiffs(event: RunEvent): RunEvent {
  switch (event.kind) {
    case 'task-end':
      return { ...event, result: taskWithoutDiffs(event.result) };
    case 'host-end':
      return { ...event, result: hostWithoutDiffs(event.result) };
    case 'run-end':
      return { ...event, report: reportWithoutDiffs(event.report) };
    default:
      return event;
  }
}

/** A report without the diffs of its changes. */
export function reportWithoutDiffs(report: RunReport): RunReport {
  return { ...report, hosts: report.hosts.map(hostWithoutDiffs) };
}

function hostWithoutDiffs(host: HostResult): HostResult {
  return { ...host, tasks: host.tasks.map(taskWithoutDiffs) };
}

function taskWithoutDiffs(task: TaskResult): TaskResult {
  return {
    ...task,
    changes: task.changes.map(({ diff: _, ...change }) => change),
    refusals: task.refusals.map(({ diff: _, ...refusal }) => refusal),
  };
}
