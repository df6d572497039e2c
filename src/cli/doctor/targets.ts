import { selectHosts } from '../../config/host-pattern.ts';
import type { Play, Task } from '../../config/playbook-model.ts';
import type { HostTarget } from '../../core/target.ts';
import { overrideTarget, type SelectedPlay, selectPlays } from '../../engine/selection.ts';
import { chosen } from '../chosen.ts';
import type { Given } from '../given.ts';
import { loadInputs, noticesOf } from '../load-inputs.ts';
import { overridesOf } from '../overrides.ts';
import type { Selection } from '../selection.ts';

/** What the doctor is asked about. */
export interface Patient {
  readonly targets: readonly HostTarget[];
  readonly notices: readonly string[];
  /** Missing without a playbook. */
  readonly selection?: Selection;
  readonly plays?: readonly SelectedPlay[];
}

/** The hosts of a playbook, as root where it becomes root; of the inventory, without one; none, without either. */
export function patientOf(file: string | undefined, given: Given): Patient {
  if (file === undefined && given.list('inventory').length === 0) return { targets: [], notices: [] };
  const overrides = overridesOf(given);
  if (file === undefined) {
    const { inventory, limit } = loadInputs(given);
    const hosts = selectHosts(inventory, 'all', limit);
    return { targets: hosts.map((host) => overrideTarget(host, overrides)), notices: noticesOf(inventory) };
  }
  const selection = chosen(file, given);
  const { playbook, inventory, ...flags } = selection;
  const plays = selectPlays(playbook, inventory, flags);
  const targets = new Map<string, HostTarget>();
  for (const host of new Set(plays.flatMap((each) => each.hosts))) {
    const root = plays.some(({ play, tasks, hosts }) => hosts.includes(host) && becomesRoot(play, tasks));
    targets.set(host.name, overrideTarget(host, root ? { ...overrides, become: true } : overrides));
  }
  return { targets: [...targets.values()], notices: noticesOf(inventory), selection, plays };
}

const becomesRoot = (play: Play, tasks: readonly Task[]) => tasks.some((task) => task.become ?? play.become ?? false);
