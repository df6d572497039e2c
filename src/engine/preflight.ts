import { formatDuration } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Module } from '../modules/module.ts';
import type { ConsentSource } from './consent.ts';
import { dangersOf, refuseUnasked } from './dangers.ts';
import { soakTotalMs } from './rollout.ts';
import type { SelectedPlay } from './selection.ts';
import { tellingTasks } from './signatures.ts';

/** What of a run is looked at before it begins. */
interface Beforehand {
  readonly mode: 'run' | 'check';
  readonly modules: ReadonlyMap<string, Module>;
  readonly extraVars: JsonObject;
  readonly deadlines: { readonly runMs: number };
  readonly consent?: ConsentSource;
}

/** What can be told before any host is touched of a run that cannot go through as it is. Throws E_PLAYBOOK, E_USAGE or E_CONFIRM. */
export function checkBeforehand(selected: readonly SelectedPlay[], input: Beforehand): void {
  if (input.mode === 'check') return;
  for (const { play, tasks } of selected)
    if (play.rollout?.batches[0]?.size.kind === 'canary') tellingTasks(play, tasks, input.modules);
  const soakMs = soakTotalMs(selected);
  const { runMs } = input.deadlines;
  if (soakMs >= runMs)
    throw new UnbusyError(
      'E_USAGE',
      `the soaks of this run take ${formatDuration(soakMs)}, and the whole run may take ${formatDuration(runMs)}`,
      { hint: 'Raise --timeout, soak for less, or make fewer batches.' },
    );
  if (input.consent !== undefined && input.consent.kind !== 'nobody') return;
  for (const { play, tasks, hosts } of selected)
    refuseUnasked(play, dangersOf(play, tasks, hosts, input.modules, input.extraVars));
}
