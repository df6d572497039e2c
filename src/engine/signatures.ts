import type { InventoryHost } from '../config/inventory-model.ts';
import type { Play, Task } from '../config/playbook-model.ts';
import type { Session } from '../connection/session.ts';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { HostTarget } from '../core/target.ts';
import type { Module } from '../modules/module.ts';
import type { Signature } from './batches.ts';
import type { Budget } from './deadline.ts';
import type { RunContext } from './host-run.ts';
import { HostSessions } from './host-sessions.ts';
import { type Prepared, prepareItems, prepareTask } from './prepare-task.ts';
import { HostScope } from './scope.ts';

/** The tasks whose modules can tell what a host has in common with others. Throws E_PLAYBOOK if there is none: canaries would stand for nobody. */
export function tellingTasks(
  play: Play,
  tasks: readonly Task[],
  modules: ReadonlyMap<string, Module>,
): readonly Task[] {
  const telling = tasks.filter(
    ({ standby, module }) => standby === undefined && modules.get(module)?.signature !== undefined,
  );
  if (telling.length > 0) return telling;
  const able = [...modules.values()].filter((module) => module.signature !== undefined);
  throw new UnbusyError(
    'E_PLAYBOOK',
    `the play "${play.name}" wants canaries, and none of its tasks tells hosts apart`,
    {
      place: play.place,
      hint: `Use a number for the first batch${able.length === 0 ? '' : `, or a task of ${able.map((module) => module.name).join(', ')}`}.`,
    },
  );
}

/** Reads what one host has in common with others, over a connection of its own; changes nothing and never throws. */
export async function readSignature(
  context: RunContext,
  host: InventoryHost,
  target: HostTarget,
  play: Play,
  tasks: readonly Task[],
  budget: Budget,
  stop: AbortSignal,
): Promise<Signature> {
  const signal = AbortSignal.any([stop, budget.signal]);
  const sessions = new HostSessions(context.connector, target, { method: host.becomeMethod ?? 'auto' }, signal);
  const scope = new HostScope(host, context.extraVars);
  const parts: string[] = [];
  budget.start();
  try {
    for (const task of tasks) {
      const opened = await sessions.get(task.become ?? play.become ?? target.become !== undefined);
      if (!opened.ok) return { kind: 'unknown', why: `${opened.error.code}: ${opened.error.message}` };
      scope.enter(play, opened.session.facts, context.results.json);
      const part = await endOnAbort(opened.session, signal, () => partOf(task, scope, opened.session, context));
      if (part.kind === 'unknown') return part;
      parts.push(part.text);
    }
    return { kind: 'known', text: parts.join(' | ') };
  } catch (thrown) {
    return { kind: 'unknown', why: reportError(thrown).message };
  } finally {
    budget.pause();
    await sessions.close();
  }
}

async function partOf(task: Task, scope: HostScope, session: Session, { modules }: RunContext): Promise<Signature> {
  const texts: string[] = [];
  for (const prepared of preparedOf(task, scope)) {
    if (prepared.kind === 'skip') continue;
    if (prepared.kind !== 'run') return { kind: 'unknown', why: `${task.name}: ${prepared.why}` };
    const module = modules.get(task.module);
    const seen = await module?.observe(session, prepared.params);
    if (seen?.kind !== 'known') return { kind: 'unknown', why: seen?.error.message ?? `no module ${task.module}` };
    texts.push(module?.signature?.(seen.state) ?? '-');
  }
  return { kind: 'known', text: texts.length === 0 ? '-' : texts.join(', ') };
}

/** What the task comes to, in a loop what each entry does. */
function preparedOf(task: Task, scope: HostScope): readonly Prepared[] {
  if (task.loop === undefined) return [prepareTask(task, scope)];
  const entries = prepareItems(task, task.loop, scope);
  return entries.kind === 'items' ? entries.items.map(({ prepared }) => prepared) : [entries];
}

/** What hangs is ended on the host when the time is up. */
async function endOnAbort<T>(session: Session, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const end = () => void session.cancel('the look at the host took too long').catch(() => undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', end);
  }
}
