import { selectHosts } from '../config/host-pattern.ts';
import type { Inventory, InventoryHost } from '../config/inventory-model.ts';
import type { Play, Playbook, Task } from '../config/playbook-model.ts';
import type { HostTarget } from '../core/target.ts';

/** A play with the tasks and hosts that the command line left in it. */
export interface SelectedPlay {
  readonly play: Play;
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

/** Chooses hosts and tasks for each play; throws E_NO_MATCH if a pattern matches nothing. */
export function selectPlays(playbook: Playbook, inventory: Inventory, flags: SelectionFlags): readonly SelectedPlay[] {
  return playbook.plays.map((play) => ({
    play,
    tasks: play.tasks.filter((task) => isChosen([...play.tags, ...task.tags], flags)),
    hosts: selectHosts(inventory, play.hosts, flags.limit),
  }));
}

/** Ansible's rule: --skip-tags wins; `always` runs unless skipped by name; `never` only if asked for by name. */
function isChosen(tags: readonly string[], flags: SelectionFlags): boolean {
  if (tags.some((tag) => flags.skipTags.includes(tag))) return false;
  const asked = tags.some((tag) => flags.tags.includes(tag));
  if (tags.includes('never')) return asked;
  return flags.tags.length === 0 || asked || tags.includes('always') || flags.tags.includes('all');
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
