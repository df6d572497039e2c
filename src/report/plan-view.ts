import type { HostResult, TaskResult } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { plannedLines } from './change-line.ts';
import { foldHosts } from './fold-hosts.ts';
import type { Style } from './style.ts';

/** What check mode found: each host's pending changes and refused steps; hosts with the same plan are told together. */
export function planLines(hosts: readonly HostResult[], style: Style): readonly string[] {
  const groups = new Map<string, { readonly lines: readonly string[]; readonly hosts: string[] }>();
  for (const host of hosts) {
    const lines = host.tasks.flatMap((task) => taskLines(task, style));
    if (lines.length === 0) continue;
    const key = lines.join('\n');
    const group = groups.get(key) ?? { lines, hosts: [] };
    group.hosts.push(host.host);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ lines, hosts: names }) => [
    style.paint('bold', printable(foldHosts(names))),
    ...lines,
  ]);
}

function taskLines(task: TaskResult, style: Style): readonly string[] {
  const planned = task.changes.filter((change) => change.outcome === 'planned' || change.outcome === 'pending');
  const lines = planned.flatMap((change) => plannedLines(change, style));
  for (const { what, why, hint } of task.refusals) {
    lines.push(style.paint('bad', `${style.glyph('failed')} ${printable(what)}: would be refused: ${printable(why)}`));
    lines.push(`  ${style.glyph('arrow')} ${printable(hint)}`);
  }
  // A handler sees nothing to do yet where what it waits for has not been changed.
  if (lines.length === 0 && task.status === 'would-change' && task.note !== undefined)
    lines.push(style.paint('changed', `${style.glyph('planned')} ${printable(task.note)}`));
  if (lines.length === 0) return [];
  return [`  ${printable(task.task)} (${printable(task.module)})`, ...lines.map((line) => `    ${line}`)];
}
