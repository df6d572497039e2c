import { isBlock, type Play, type Playbook, type Scope, type Task } from '../config/playbook-model.ts';
import { MistakesError, UnbusyError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { printable } from '../core/text.ts';
import type { HookPart, Module } from '../modules/module.ts';

/** One task as a hook does it, with its name and place for the log. */
export interface HookTask {
  readonly name: string;
  readonly place: string;
  readonly part: Extract<HookPart, { readonly program: object }>;
}

/**
 * The tasks of a playbook for a hook, with all that is known without a host evaluated. Throws MistakesError (E_PLAYBOOK) with
 * the line of every task that cannot be compiled. Hosts, batches, tags, become and timeouts mean nothing to a hook.
 */
export function hookTasks(
  playbook: Playbook,
  extraVars: JsonObject,
  modules: ReadonlyMap<string, Module>,
): readonly HookTask[] {
  const compiled = playbook.plays.flatMap((play) => compilePlay(play, extraVars, modules));
  const mistakes = compiled.flatMap((each) => (each instanceof UnbusyError ? [each] : []));
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return compiled.flatMap((each) => (each instanceof UnbusyError ? [] : [each]));
}

type Compiled = HookTask | UnbusyError;

function compilePlay(play: Play, extraVars: JsonObject, modules: ReadonlyMap<string, Module>): readonly Compiled[] {
  const blocks = (play.steps ?? []).filter(isBlock);
  const scope = scopeOf(play, extraVars);
  return [
    ...blocks.map((block) =>
      cannot(
        block.place,
        'a block cannot be compiled',
        'Write its tasks one after the other, in a playbook for the hook.',
      ),
    ),
    ...(blocks.length > 0 ? [] : play.tasks.flatMap((task) => compileTask(task, scope, modules.get(task.module)))),
  ];
}

/** What is known without a host: the play's vars and -e. Everything else is a name without a value. */
function scopeOf(play: Play, extraVars: JsonObject): Scope {
  const unknown = ['host', 'groups', 'facts', 'results', ...play.tasks.flatMap((task) => task.register ?? [])];
  return new Map<string, Json | undefined>([
    ...unknown.map((name): [string, undefined] => [name, undefined]),
    ...Object.entries(play.vars),
    ...Object.entries(extraVars),
  ]);
}

function compileTask(task: Task, scope: Scope, module: Module | undefined): readonly Compiled[] {
  if (task.standby !== undefined || (task.notify ?? []).length > 0) {
    return [cannot(task.place, 'handlers cannot be compiled', 'Do without `notify` in a playbook for the hook.')];
  }
  if (module?.hook === undefined) {
    return [
      cannot(
        task.place,
        `${task.module} cannot be compiled into a hook`,
        'Leave this task to `unbusy run`, or compile another playbook.',
      ),
    ];
  }
  const { loop } = task;
  if (loop === undefined) return compileOne(task, scope, module);
  const items = loop.items(scope);
  if (items.kind !== 'known') return [openQuestion(task, 'loop', items.why)];
  return items.items.flatMap((item) => compileOne(task, new Map([...scope, [loop.variable, item]]), module));
}

function compileOne(task: Task, scope: Scope, module: Module): readonly Compiled[] {
  for (const condition of task.when) {
    const truth = condition.test(scope);
    if (truth.kind === 'unknown') return [openQuestion(task, `when: ${condition.text}`, truth.why)];
    if (truth.kind === 'false') return [];
  }
  const rendered = task.params.render(scope);
  if (rendered.kind === 'unknown') return [openQuestion(task, task.module, rendered.why)];
  if (rendered.kind === 'invalid') return [cannot(task.place, `${task.module}: ${rendered.why}`)];
  const part = module.hook?.(rendered.params);
  if (part === undefined) return [];
  if ('cannot' in part) return [cannot(task.place, `${task.module} cannot be compiled: ${part.cannot}`, part.hint)];
  const place = printable(`${task.place.file.split('/').at(-1)}:${task.place.line}`);
  return [{ name: printable(task.name), place, part }];
}

function openQuestion(task: Task, what: string, why: string): UnbusyError {
  return cannot(
    task.place,
    `${printable(what)} cannot be known before the hook runs: ${why}`,
    'A hook knows only the vars of the play and -e.',
  );
}

function cannot(place: Task['place'], message: string, hint?: string): UnbusyError {
  return new UnbusyError('E_PLAYBOOK', message, { place, ...(hint === undefined ? {} : { hint }) });
}
