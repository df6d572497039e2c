import type { Finding } from '../core/findings.ts';
import type { HostResult } from '../core/results.ts';

/** What was found on a host at the end: the last task of each module has the last word, each thing is told once. */
export function lastFindings({ tasks }: HostResult): readonly Finding[] {
  const speaking = new Map(tasks.map((task) => [task.module, task.findings]));
  const things = [...speaking.values()].flat();
  return [...new Map(things.map((finding) => [`${finding.kind} ${finding.id}`, finding])).values()];
}
