import type { InventoryHost } from '../config/inventory-model.ts';
import type { Play, Scope, Task } from '../config/playbook-model.ts';
import { UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Risk } from '../core/results.ts';
import { type Danger, dangerWords } from '../core/rollout.ts';
import type { Module } from '../modules/module.ts';
import { HostScope } from './scope.ts';

/**
 * What the tasks of a play may come to restart on these hosts, told from the playbook and the inventory alone. A task
 * whose `when` cannot be told yet counts; one whose parameters cannot be told yet is `maybe`.
 */
export function dangersOf(
  play: Play,
  tasks: readonly Task[],
  hosts: readonly InventoryHost[],
  modules: ReadonlyMap<string, Module>,
  extraVars: JsonObject,
): readonly Danger[] {
  const risky = tasks.filter((task) => modules.get(task.module)?.dangers !== undefined);
  if (risky.length === 0) return [];
  const scopes = hosts.map((host) => {
    const scope = new HostScope(host, extraVars);
    scope.enter(play, undefined);
    return { host: host.name, scope };
  });
  return risky.flatMap((task) => {
    const found = scopes.flatMap(({ host, scope }) => {
      const risks = risksOn(task, scope, modules.get(task.module));
      return risks === undefined || risks === 'maybe' || risks.length > 0 ? [{ host, risks }] : [];
    });
    return foldDangers(task, found);
  });
}

type Found = { readonly host: string; readonly risks: readonly Risk[] | 'maybe' | undefined };

function foldDangers(task: Task, found: readonly Found[]): readonly Danger[] {
  const groups = new Map<
    string,
    { readonly risks: readonly Risk[]; readonly hosts: string[]; readonly maybe: boolean }
  >();
  for (const { host, risks } of found) {
    if (risks === undefined) continue;
    const maybe = risks === 'maybe';
    const key = maybe ? 'maybe' : risks.join(' ');
    const group = groups.get(key) ?? { risks: maybe ? [] : risks, hosts: [], maybe };
    group.hosts.push(host);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ task: task.name, module: task.module, ...group }));
}

/** Undefined: the task is skipped on this host, or its parameters are a mistake, which it will say itself. */
function risksOn(task: Task, scope: HostScope, module: Module | undefined): readonly Risk[] | 'maybe' | undefined {
  if (task.when.some((condition) => condition.test(scope.names).kind === 'false')) return undefined;
  const rendered = rendersOf(task, scope.names);
  // What a rescue makes of its failure has no value before there is one.
  const early =
    module?.dangerParams === undefined ? undefined : task.params.renderOnly?.(scope.names, module.dangerParams);
  if (early !== undefined && rendered.some(({ kind }) => kind === 'unknown')) return module?.dangers?.(early) ?? [];
  const open = (kind: string) => kind === 'unknown' || (kind === 'invalid' && task.standby === 'rescue');
  if (rendered.some(({ kind }) => open(kind))) return 'maybe';
  const known = rendered.flatMap((one) => (one.kind === 'known' ? [module?.dangers?.(one.params) ?? []] : []));
  return known.length === 0 ? undefined : [...new Set(known.flat())];
}

/** The parameters of a task, in a loop those of each entry. */
function rendersOf(task: Task, names: Scope): readonly ReturnType<Task['params']['render']>[] {
  if (task.loop === undefined) return [task.params.render(names)];
  const { variable } = task.loop;
  const list = task.loop.items(names);
  if (list.kind !== 'known') return [list];
  return list.items.map((item) => task.params.render(new Map([...names, [variable, item]])));
}

/** Throws E_CONFIRM if something that is known now to be dangerous has nobody to allow it. */
export function refuseUnasked(play: Play, dangers: readonly Danger[]): void {
  const sure = dangers.filter((danger) => !danger.maybe);
  if (sure.length === 0) return;
  const hosts = new Set(sure.flatMap((danger) => danger.hosts)).size;
  const what = dangerWords(sure.flatMap((danger) => danger.risks));
  const on = `${hosts} host${hosts === 1 ? '' : 's'}`;
  const tasks = [...new Set(sure.map((danger) => `"${danger.task}"`))];
  const who = `task${tasks.length === 1 ? '' : 's'} ${tasks.join(', ')}`;
  throw new UnbusyError(
    'E_CONFIRM',
    `the play "${play.name}" may ${what} on ${on} (${who}), and nobody can be asked; no host was touched`,
    { hint: 'Look first with -C, which shows what would be stopped; then run with --yes.' },
  );
}
