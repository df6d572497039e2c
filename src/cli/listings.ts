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

/** Prints the tasks that a run would do, play by play, with their tags. */
export function listTasks(io: Io, { playbook, inventory, ...flags }: Selection, json: boolean): number {
  const plays = selectPlays(playbook, inventory, flags).map(({ play, tasks }) => ({
    play: play.name,
    tasks: tasks.map(({ name, module, tags, place }) => ({
      name,
      module,
      tags: [...play.tags, ...tags],
      line: place.line,
    })),
  }));
  return print(io, json, plays, ({ play, tasks }) => [
    play,
    ...tasks.map(
      ({ name, module, tags }) => `  ${name} (${module})${tags.length === 0 ? '' : ` [${tags.join(', ')}]`}`,
    ),
  ]);
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
