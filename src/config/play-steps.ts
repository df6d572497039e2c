import { isBlockNode, listOf, readBlock } from './play-block.ts';
import type { PlaySight, Reading, Surroundings } from './play-sight.ts';
import { readTask } from './play-task.ts';
import type { Step, Task } from './playbook-model.ts';
import { notifiedNames, registerNames, taskNames } from './step-names.ts';
import { suggest } from './suggest.ts';
import type { YamlNode } from './yaml-node.ts';

/** What the tasks of a play come to. */
export interface PlaySteps {
  /** All of them by their numbers: those of `steps`, then the handlers. */
  readonly tasks: readonly Task[];
  readonly steps: readonly Step[];
  readonly handlers: readonly Task[];
}

/** What a play knows before its tasks are read; `registered` takes their names. */
export interface PlayStart extends Omit<PlaySight, 'registered' | 'earlier' | 'all' | 'handlers'> {
  readonly registered: Set<string>;
  readonly firstIndex: number;
}

/** Blocks inside blocks beyond this are no longer read at a glance. */
const MAX_DEPTH = 4;

const TOP: Surroundings = { when: [], tags: [], locals: new Set() };

/** Reads the tasks, blocks and handlers of a play. All their mistakes are added. */
export function readSteps(play: YamlNode, start: PlayStart, reading: Reading): PlaySteps {
  const { source, mistakes } = reading;
  const [main, last] = [play.entries?.get('tasks'), play.entries?.get('handlers')];
  if (main === undefined) mistakes.add(source.placeAt(play.offset), 'a play needs "tasks"');
  const tasks = main === undefined ? [] : (listOf(main.node, 'tasks', main.keyOffset, reading).items ?? []);
  const handlers = last === undefined ? [] : (listOf(last.node, 'handlers', last.keyOffset, reading).items ?? []);
  const sight: PlaySight = {
    ...start,
    earlier: new Set(start.registered),
    all: new Set([...start.registered, ...registerNames([...tasks, ...handlers])]),
    handlers: taskNames(handlers),
  };
  checkHandlers(handlers, notifiedNames(tasks), reading);
  const reader = new StepReader(start, sight, reading);
  const steps = reader.readList(tasks, TOP, 0);
  const standing = handlers.flatMap((node) => reader.readHandler(node) ?? []);
  return { tasks: reader.tasks, steps, handlers: standing };
}

/** A name stands for one handler; a handler that no task notifies is a slip of the fingers, unless one that is not there is notified. */
function checkHandlers(handlers: readonly YamlNode[], notified: readonly string[], reading: Reading): void {
  const { source, mistakes } = reading;
  const known = taskNames(handlers);
  const slips = notified.some((name) => !known.includes(name));
  for (const [at, node] of handlers.entries()) {
    const name = node.entries?.get('name');
    if (name === undefined || typeof name.node.value !== 'string') continue;
    const place = source.placeAt(name.node.offset);
    if (taskNames(handlers.slice(0, at)).includes(name.node.value))
      mistakes.add(place, `another handler has the name "${name.node.value}"`, 'Choose another name.');
    else if (!slips && !notified.includes(name.node.value))
      mistakes.add(
        place,
        `no task notifies the handler "${name.node.value}"`,
        suggest(name.node.value, notified) ?? 'Name it in the `notify` of a task, or take it out.',
      );
  }
}

/** Reads the lists of one play and numbers their tasks. */
class StepReader {
  readonly tasks: Task[] = [];
  readonly #start: PlayStart;
  readonly #sight: PlaySight;
  readonly #reading: Reading;

  constructor(start: PlayStart, sight: PlaySight, reading: Reading) {
    this.#start = start;
    this.#sight = sight;
    this.#reading = reading;
  }

  readList(items: readonly YamlNode[], around: Surroundings, depth: number): readonly Step[] {
    return items.flatMap((node) => (isBlockNode(node) ? this.#block(node, around, depth) : this.#task(node, around)));
  }

  readHandler(node: YamlNode): Task | undefined {
    const { source, mistakes } = this.#reading;
    if (isBlockNode(node)) {
      mistakes.add(source.placeAt(node.offset), 'a handler is one task, and no block', 'Make several handlers of it.');
      return undefined;
    }
    const [task] = this.#task(node, { ...TOP, standby: 'handler' });
    return task;
  }

  #block(node: YamlNode, around: Surroundings, depth: number): readonly Step[] {
    const { source, mistakes } = this.#reading;
    if (depth >= MAX_DEPTH) {
      mistakes.add(source.placeAt(node.offset), `blocks may stand ${MAX_DEPTH} deep`, 'Make another play of it.');
      return [];
    }
    const readList = (list: YamlNode, inner: Surroundings) => this.readList(list.items ?? [], inner, depth + 1);
    return [readBlock(node, this.#sight, around, this.#reading, readList)];
  }

  #task(node: YamlNode, around: Surroundings): readonly Task[] {
    const index = this.#start.firstIndex + this.tasks.length;
    const task = readTask(node, index, this.#sight, around, this.#reading);
    if (task === undefined) return [];
    this.tasks.push(task);
    if (task.register !== undefined) this.#start.registered.add(task.register);
    return [task];
  }
}
