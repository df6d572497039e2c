import type { Task } from '../config/playbook-model.ts';
import type { HostScope } from './scope.ts';

/** What a task comes to on a host, with what is known now. */
export type Prepared =
  | { readonly kind: 'run'; readonly params: unknown }
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'invalid'; readonly why: string };

/** Evaluates `when`, then renders the parameters. The conditions hold together: one false is enough to skip, also beside an unknown. */
export function prepareTask(task: Task, scope: HostScope): Prepared {
  let doubt: string | undefined;
  for (const condition of task.when) {
    const truth = condition.test(scope.names);
    if (truth.kind === 'false') return { kind: 'skip', why: `when: ${condition.text}` };
    if (truth.kind === 'unknown') doubt ??= `when: ${condition.text}: ${truth.why}`;
  }
  if (doubt !== undefined) return { kind: 'unknown', why: doubt };
  const rendered = task.params.render(scope.names);
  return rendered.kind === 'known' ? { kind: 'run', params: rendered.params } : rendered;
}

/** Names that a task reads. */
function namesOf(task: Task): ReadonlySet<string> {
  const names = new Set(task.params.names);
  for (const condition of task.when) for (const name of condition.names) names.add(name);
  return names;
}

/**
 * The tasks from `from` on that may be looked at ahead of their turn: all that they read is known now,
 * and no task between registers one of those names anew.
 */
export function foreseeable(tasks: readonly Task[], from: number, scope: HostScope): readonly Task[] {
  const pending = new Set<string>();
  return tasks.slice(from).filter((task) => {
    const names = namesOf(task);
    const ready = scope.knowsAll(names) && [...names].every((name) => !pending.has(name));
    if (task.register !== undefined) pending.add(task.register);
    return ready;
  });
}
