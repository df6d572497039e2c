import type { ChangeReport, HostResult } from '../core/results.ts';

/** What a task did, or would do, over all hosts: how many steps of each kind. */
export interface TaskActions {
  readonly task: string;
  readonly hosts: number;
  readonly steps: readonly { readonly kind: string; readonly changes: number }[];
}

/** Counts these of the changes by task and kind of step, tasks in the order of the playbook, steps by their number. */
export function countActions(
  hosts: readonly HostResult[],
  counts: (change: ChangeReport) => boolean,
): readonly TaskActions[] {
  const tasks = new Map<number, { task: string; hosts: number; kinds: Map<string, number> }>();
  for (const result of hosts.flatMap((host) => host.tasks)) {
    const changes = result.changes.filter(counts);
    if (changes.length === 0) continue;
    const entry = tasks.get(result.taskIndex) ?? { task: result.task, hosts: 0, kinds: new Map<string, number>() };
    entry.hosts += 1;
    for (const { id } of changes) entry.kinds.set(kindOf(id), (entry.kinds.get(kindOf(id)) ?? 0) + 1);
    tasks.set(result.taskIndex, entry);
  }
  return [...tasks]
    .sort(([a], [b]) => a - b)
    .map(([, { task, hosts: count, kinds }]) => ({
      task,
      hosts: count,
      steps: [...kinds].map(([kind, changes]) => ({ kind, changes })).sort((a, b) => b.changes - a.changes),
    }));
}

/** The id of a change begins with the kind of its step, as in `unmount:4026532392:165`. */
function kindOf(id: string): string {
  return id.split(':')[0] ?? id;
}
