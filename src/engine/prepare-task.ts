import type { Loop, Scope, Task } from '../config/playbook-model.ts';
import type { Json } from '../core/json.ts';
import type { HostScope } from './scope.ts';

type Left =
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'invalid'; readonly why: string };

/** What a task comes to on a host, with what is known now. */
export type Prepared = { readonly kind: 'run'; readonly params: unknown } | Left;

/** One entry of a loop, and what the task comes to for it. */
export interface PreparedItem {
  readonly item: Json;
  readonly prepared: Prepared;
}

/** Evaluates `when`, then renders the parameters. The conditions hold together: one false is enough to skip, also beside an unknown. */
export function prepareTask(task: Task, scope: { readonly names: Scope }): Prepared {
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

/**
 * The entries of a loop, each with what the task comes to for it. A condition that does not read the entry and is false
 * skips the whole task, so that the list need not be there then.
 */
export function prepareItems(
  task: Task,
  loop: Loop,
  { names }: { readonly names: Scope },
): { readonly kind: 'items'; readonly items: readonly PreparedItem[] } | Left {
  for (const condition of task.when)
    if (!condition.names.has(loop.variable) && condition.test(names).kind === 'false')
      return { kind: 'skip', why: `when: ${condition.text}` };
  const list = loop.items(names);
  if (list.kind !== 'known') return list;
  if (list.items.length === 0) return { kind: 'skip', why: 'the list of the loop is empty' };
  const items = list.items.map((item) => ({
    item,
    prepared: prepareTask(task, { names: new Map([...names, [loop.variable, item]]) }),
  }));
  return { kind: 'items', items };
}

/** Names that a task reads. */
function namesOf(task: Task): ReadonlySet<string> {
  const names = new Set([...task.params.names, ...(task.loop?.names ?? [])]);
  for (const condition of task.when) for (const name of condition.names) names.add(name);
  return names;
}

/**
 * Those of the tasks that come next which may be looked at ahead of their turn: they are certain to come, all that they
 * read is known now, and no task between registers one of those names anew, not even one that may not come.
 */
export function foreseeable(
  next: readonly Task[],
  scope: HostScope,
  isCertain: (task: Task) => boolean,
): readonly Task[] {
  const pending = new Set<string>();
  return next.filter((task) => {
    const names = namesOf(task);
    const ready = isCertain(task) && scope.knowsAll(names) && [...names].every((name) => !pending.has(name));
    if (task.register !== undefined) pending.add(task.register);
    return ready;
  });
}
