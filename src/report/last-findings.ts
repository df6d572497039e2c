import type { Finding } from '../core/findings.ts';
import type { HostResult, TaskResult } from '../core/results.ts';

/**
 * What was found on a host at the end, each thing once. What a task found is overruled only by a later task of the same module
 * that looked after something on the host had been changed: two tasks may look at different things, and one that did not look
 * at all says nothing against what was seen before.
 */
export function lastFindings({ tasks }: HostResult): readonly Finding[] {
  const things = tasks.flatMap((task, index) => (isOverruled(tasks, index) ? [] : task.findings));
  return [...new Map(things.map((finding) => [`${finding.kind} ${finding.id}`, finding])).values()];
}

function isOverruled(tasks: readonly TaskResult[], index: number): boolean {
  const later = tasks.slice(index + 1);
  const last = later.findLastIndex((task) => task.module === tasks[index]?.module && hasLooked(task));
  return later.slice(0, last + 1).some(({ changes }) => changes.some(({ outcome }) => outcome === 'changed'));
}

/** A loop without entries has not looked, nor has a task that was left out or that could not see anything. */
function hasLooked({ status, findings, items }: TaskResult): boolean {
  if (items?.length === 0) return false;
  return findings.length > 0 || status === 'ok' || status === 'changed' || status === 'would-change';
}
