import type { ChangeOutcome, HostResult, Risk } from '../core/results.ts';
import { RISKS } from '../core/results.ts';

/** What a task did, or would do, over all hosts: how many changes of each risk. */
export interface TaskActions {
  readonly task: string;
  readonly hosts: number;
  readonly byRisk: readonly { readonly risk: Risk; readonly changes: number }[];
}

/** Counts the changes with this outcome by task and risk, tasks in the order of the playbook. */
export function countActions(hosts: readonly HostResult[], outcome: ChangeOutcome): readonly TaskActions[] {
  const tasks = new Map<number, { task: string; hosts: number; risks: Map<Risk, number> }>();
  for (const result of hosts.flatMap((host) => host.tasks)) {
    const changes = result.changes.filter((change) => change.outcome === outcome);
    if (changes.length === 0) continue;
    const entry = tasks.get(result.taskIndex) ?? { task: result.task, hosts: 0, risks: new Map<Risk, number>() };
    entry.hosts += 1;
    for (const { risk } of changes) entry.risks.set(risk, (entry.risks.get(risk) ?? 0) + 1);
    tasks.set(result.taskIndex, entry);
  }
  return [...tasks]
    .sort(([a], [b]) => a - b)
    .map(([, { task, hosts: count, risks }]) => ({
      task,
      hosts: count,
      byRisk: RISKS.flatMap((risk) => (risks.has(risk) ? [{ risk, changes: risks.get(risk) ?? 0 }] : [])),
    }));
}
