import { isBlock, type Step, type Task } from '../config/playbook-model.ts';
import { printable } from '../core/text.ts';
import { selectPlays } from '../engine/selection.ts';
import type { Io } from './io.ts';
import type { Selection } from './selection.ts';

/** Prints the hosts that a run would touch, play by play. */
export function listHosts(io: Io, { playbook, inventory, ...flags }: Selection, json: boolean): number {
  const plays = selectPlays(playbook, inventory, flags).map(({ play, hosts }) => ({
    play: play.name,
    hosts: hosts.map((host) => host.name),
  }));
  return print(io, json, plays, ({ play, hosts }) => [
    `${play}: ${hosts.length} host${hosts.length === 1 ? '' : 's'}`,
    ...hosts.map((host) => `  ${host}`),
  ]);
}

/** Prints the tasks that a run would do, play by play, as they hang together, with their tags. */
export function listTasks(io: Io, { playbook, inventory, ...flags }: Selection, json: boolean): number {
  const plays = selectPlays(playbook, inventory, flags).map(({ play, tasks }) => {
    const chosen = new Set(tasks);
    const { steps = play.tasks, handlers = [] } = play;
    const listed = listSteps(handlers, chosen, play.tags);
    return {
      play: play.name,
      tasks: listSteps(steps, chosen, play.tags),
      ...(listed.length === 0 ? {} : { handlers: listed }),
    };
  });
  return print(io, json, plays, ({ play, tasks, handlers }) => [
    play,
    ...taskLines(tasks, '  '),
    ...listLines('handlers', handlers, '  '),
  ]);
}

interface ListedTask {
  readonly name: string;
  readonly module: string;
  readonly tags: readonly string[];
  readonly line: number;
  readonly notify?: readonly string[];
  readonly loop?: true;
}

interface ListedBlock {
  readonly name?: string;
  readonly line: number;
  readonly block: readonly Listed[];
  readonly rescue?: readonly Listed[];
  readonly always?: readonly Listed[];
}

type Listed = ListedTask | ListedBlock;

/** The chosen tasks of a list; a block of which nothing was chosen is left out. */
function listSteps(steps: readonly Step[], chosen: ReadonlySet<Task>, playTags: readonly string[]): readonly Listed[] {
  return steps.flatMap((step): readonly Listed[] => {
    const line = step.place.line;
    if (isBlock(step)) {
      const [block, rescue, always] = [step.tasks, step.rescue, step.always].map((list) =>
        listSteps(list, chosen, playTags),
      );
      const named = { ...(step.name === undefined ? {} : { name: step.name }), line, block: block ?? [] };
      const listed = { ...named, ...(rescue?.length ? { rescue } : {}), ...(always?.length ? { always } : {}) };
      return named.block.length + (rescue?.length ?? 0) + (always?.length ?? 0) === 0 ? [] : [listed];
    }
    if (!chosen.has(step)) return [];
    const { name, module, tags, notify, loop } = step;
    const more = {
      ...(notify === undefined ? {} : { notify }),
      ...(loop === undefined ? {} : { loop: true as const }),
    };
    return [{ name, module, tags: [...playTags, ...tags], line, ...more }];
  });
}

function taskLines(listed: readonly Listed[], indent: string): readonly string[] {
  return listed.flatMap((each) => {
    if ('block' in each)
      return [
        `${indent}block${each.name === undefined ? '' : `: ${each.name}`}`,
        ...taskLines(each.block, `${indent}  `),
        ...listLines('rescue', each.rescue, indent),
        ...listLines('always', each.always, indent),
      ];
    const loop = each.loop === true ? ', in a loop' : '';
    const notify = each.notify === undefined ? '' : ` notifies ${each.notify.join(', ')}`;
    const tags = each.tags.length === 0 ? '' : ` [${each.tags.join(', ')}]`;
    return [`${indent}${each.name} (${each.module}${loop})${notify}${tags}`];
  });
}

function listLines(title: string, listed: readonly Listed[] | undefined, indent: string): readonly string[] {
  return listed === undefined ? [] : [`${indent}${title}`, ...taskLines(listed, `${indent}  `)];
}

function print<Item>(io: Io, json: boolean, items: readonly Item[], lines: (item: Item) => readonly string[]): number {
  const text = json
    ? JSON.stringify(items, null, 2)
    : items
        .flatMap(lines)
        .map((line) => printable(line))
        .join('\n');
  io.out.write(`${text}\n`);
  return 0;
}
