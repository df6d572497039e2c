import type { InventoryHost } from '../../src/config/inventory-model.ts';
import { type Play, type Scope, type Step, type Task, tasksOf } from '../../src/config/playbook-model.ts';
import type { Session } from '../../src/connection/session.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { RunEvent } from '../../src/core/events.ts';
import type { Json } from '../../src/core/json.ts';
import type { HostResult } from '../../src/core/results.ts';
import { FleetResults } from '../../src/engine/fleet-results.ts';
import { HostRun } from '../../src/engine/host-run.ts';
import type { Module } from '../../src/modules/module.ts';
import { type Shelf, type ShelfParams, shelfModule, silentSession } from './shelf.ts';

const PLACE = { file: 'p.yml', line: 1, column: 1 };
const HOST: InventoryHost = {
  name: 'h1',
  groups: ['all'],
  target: { name: 'h1', identityFiles: [], transport: 'auto' },
  vars: {},
  origin: {},
};

/** What a task of the bench is made of; `remove` and `refuse` may depend on the names in sight. */
export interface TaskParts extends Partial<Omit<Task, 'params' | 'loop'>> {
  readonly remove?: readonly string[] | ((scope: Scope) => readonly string[]);
  /** Names that live: their task fails as long as they are on the shelf. */
  readonly refuse?: readonly string[];
  readonly reads?: readonly string[];
  readonly loop?: readonly Json[];
}

/** A task over the shelf, not numbered yet. */
export function shelfTask(name: string, parts: TaskParts = {}): Task {
  const { remove = [], refuse = [], reads = [], loop, ...rest } = parts;
  return {
    index: -1,
    name,
    module: 'shelf',
    params: {
      names: new Set(reads),
      render(scope) {
        const params: ShelfParams = {
          remove: typeof remove === 'function' ? remove(scope) : remove,
          ways: ['take'],
          refuse,
        };
        return { kind: 'known', params };
      },
    },
    when: [],
    tags: [],
    place: PLACE,
    ...(loop === undefined
      ? {}
      : { loop: { variable: 'item', names: new Set<string>(), items: () => ({ kind: 'known', items: loop }) } }),
    ...rest,
  };
}

/** A block of steps. */
export function block(tasks: readonly Step[], rescue: readonly Step[] = [], always: readonly Step[] = []): Step {
  return { tasks, rescue: rescue.map(onStandby), always, place: PLACE };
}

function onStandby(step: Step): Step {
  if ('index' in step) return { ...step, standby: 'rescue' };
  return {
    ...step,
    tasks: step.tasks.map(onStandby),
    rescue: step.rescue.map(onStandby),
    always: step.always.map(onStandby),
  };
}

/** A play of these steps and handlers, its tasks numbered. */
export function playOf(steps: readonly Step[], handlers: readonly Task[] = []): Play {
  let index = 0;
  const number = (step: Step): Step => {
    if ('index' in step) return { ...step, index: index++ };
    const [tasks, rescue, always] = [step.tasks, step.rescue, step.always].map((list) => list.map(number));
    return { ...step, tasks: tasks ?? [], rescue: rescue ?? [], always: always ?? [] };
  };
  const numbered = steps.map(number);
  const waiting = handlers.map((task): Task => ({ ...task, index: index++, standby: 'handler' }));
  const tasks = [...tasksOf(numbered), ...waiting];
  return { name: 'play', hosts: 'all', vars: {}, tags: [], tasks, steps: numbered, handlers: waiting, place: PLACE };
}

/** What a bench may be given besides its play. */
export interface BenchParts {
  readonly mode?: 'run' | 'check';
  readonly session?: Session;
  /** Opens each session anew; without it `session` is given each time. */
  readonly open?: () => Session;
  readonly module?: Partial<Module<ShelfParams, readonly string[]>>;
  readonly without?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Runs a play on one host over a shelf. */
export async function runOnShelf(
  shelf: Shelf,
  play: Play,
  {
    mode = 'run',
    session = silentSession('h1'),
    open = () => session,
    module = {},
    without = [],
    signal,
  }: BenchParts = {},
): Promise<{ readonly result: HostResult; readonly events: readonly RunEvent[] }> {
  const events: RunEvent[] = [];
  const context = {
    mode,
    results: new FleetResults(),
    taskMs: 1000,
    emit: (event: RunEvent) => void events.push(event),
    clock: systemClock,
    connector: { open: async () => ({ ok: true as const, session: open() }), close: async () => {} },
    modules: new Map([['shelf', { ...shelfModule(shelf), ...module } as unknown as Module]]),
    extraVars: {},
  };
  const run = new HostRun(context, HOST, HOST.target, signal ?? new AbortController().signal);
  await run.runPlay(
    play,
    play.tasks.filter((task) => !without.includes(task.name)),
  );
  return { result: await run.finish(), events };
}

/** How each task ended, in the order of their results: `name status`. */
export function story({ tasks }: HostResult): readonly string[] {
  return tasks.map(({ task, status, rescued }) => `${task} ${status}${rescued === true ? ' rescued' : ''}`);
}
