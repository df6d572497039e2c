import { selectHosts } from '../config/host-pattern.ts';
import type { Inventory, InventoryHost } from '../config/inventory-model.ts';
import type { Play, Playbook, Task } from '../config/playbook-model.ts';
import { UnbusyError } from '../core/errors.ts';
import type { HostTarget } from '../core/target.ts';
import { nearest } from '../core/text.ts';

/** A play with the tasks and hosts that the command line left in it. */
export interface SelectedPlay {
  readonly play: Play;
  /** Position of the play in the playbook, from 0. */
  readonly index: number;
  readonly tasks: readonly Task[];
  readonly hosts: readonly InventoryHost[];
}

/** What the command line says of the choice of hosts and tasks. */
export interface SelectionFlags {
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** What the command line says over the inventory's word. */
export interface TargetOverrides {
  readonly user?: string;
  readonly become?: boolean;
  readonly identityFiles?: readonly string[];
  readonly transport?: HostTarget['transport'];
}

/**
 * The plays of which the limit and the tags leave something, each with its hosts and tasks. Throws E_NO_MATCH if a
 * pattern matches nothing or the limit leaves no host of any play, E_USAGE for a tag that no task has and if no task is
 * left: a slip of the fingers must not look like hosts that are as wanted, nor run what was to be skipped.
 */
export function selectPlays(playbook: Playbook, inventory: Inventory, flags: SelectionFlags): readonly SelectedPlay[] {
  checkTags(playbook, flags);
  const { limit } = flags;
  const within = limit === undefined ? undefined : new Set(selectHosts(inventory, 'all', limit));
  const plays = playbook.plays.map((play, index) => ({
    play,
    index,
    tasks: play.tasks.filter((task) => isChosen([...play.tags, ...task.tags], flags, task.standby === 'handler')),
    hosts: selectHosts(inventory, play.hosts).filter((host) => within?.has(host) ?? true),
  }));
  const met = plays.filter(({ hosts }) => hosts.length > 0);
  const [first] = playbook.plays;
  if (met.length === 0 && first !== undefined) selectHosts(inventory, first.hosts, limit);
  const chosen = met.filter(({ tasks }) => tasks.some((task) => task.standby === undefined));
  if (chosen.length > 0) return chosen;
  throw new UnbusyError('E_USAGE', 'the tags leave no task to do', {
    hint: 'Run with --list-tasks and without tags to see them.',
  });
}

/** Words that mean something in --tags without being the tag of a task. */
const SPECIAL_TAGS = ['all', 'always', 'never'];

function checkTags(playbook: Playbook, { tags, skipTags }: SelectionFlags): void {
  const known = new Set([
    ...SPECIAL_TAGS,
    ...playbook.plays.flatMap((play) => [...play.tags, ...play.tasks.flatMap((task) => task.tags)]),
  ]);
  const strange = [...tags, ...skipTags].find((tag) => !known.has(tag));
  if (strange === undefined) return;
  const near = nearest(strange, [...known]);
  throw new UnbusyError('E_USAGE', `no task of ${playbook.file} has the tag "${strange}"`, {
    hint: near === undefined ? 'Run with --list-tasks to see the tags.' : `Did you mean "${near}"?`,
  });
}

/**
 * Ansible's rule: --skip-tags wins; `always` runs unless skipped by name; `never` only if asked for by name. A handler
 * need not be asked for: the task that notifies it was.
 */
function isChosen(tags: readonly string[], flags: SelectionFlags, isHandler: boolean): boolean {
  if (tags.some((tag) => flags.skipTags.includes(tag))) return false;
  const asked = tags.some((tag) => flags.tags.includes(tag));
  if (tags.includes('never')) return asked;
  return isHandler || flags.tags.length === 0 || asked || tags.includes('always') || flags.tags.includes('all');
}

/** A host's target with the command line's word put over it. */
export function overrideTarget(host: InventoryHost, overrides: TargetOverrides): HostTarget {
  const { target, becomeMethod = 'auto' } = host;
  return {
    ...target,
    ...(overrides.user === undefined ? {} : { user: overrides.user }),
    ...(overrides.transport === undefined ? {} : { transport: overrides.transport }),
    ...(overrides.identityFiles === undefined ? {} : { identityFiles: overrides.identityFiles }),
    ...(overrides.become === true && target.become === undefined ? { become: { method: becomeMethod } } : {}),
  };
}
