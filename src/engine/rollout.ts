import type { InventoryHost } from '../config/inventory-model.ts';
import type { Play } from '../config/playbook-model.ts';
import type { HostResult } from '../core/results.ts';
import type { PlannedBatch, RolloutPlan } from '../core/rollout.ts';
import type { HostTarget } from '../core/target.ts';
import { inOrder, planAll, planBatches, type Signature } from './batches.ts';
import { Budget } from './deadline.ts';
import type { RunContext } from './host-run.ts';
import { runPool } from './pool.ts';
import type { SelectedPlay } from './selection.ts';
import { readSignature, tellingTasks } from './signatures.ts';

/** What planning a rollout may use. */
export interface RolloutBed {
  readonly context: RunContext;
  readonly targets: ReadonlyMap<string, HostTarget>;
  readonly forks: number;
  readonly hostMs: number;
  readonly stop: AbortSignal;
}

/** The steps of a play over these hosts; where it wants canaries, each host is looked at first. */
export async function planRollout(
  bed: RolloutBed,
  { play, tasks, index }: SelectedPlay,
  hosts: readonly InventoryHost[],
): Promise<RolloutPlan> {
  const { rollout } = play;
  const ordered = inOrder(hosts, rollout?.order ?? 'inventory');
  const names = ordered.map((host) => host.name);
  if (rollout === undefined || bed.context.mode === 'check' || bed.stop.aborted)
    return { play: index, ...planAll(names) };
  if (rollout.batches[0]?.size.kind !== 'canary') return { play: index, ...planBatches(names, rollout) };
  const telling = tellingTasks(play, tasks, bed.context.modules);
  bed.context.emit({ kind: 'signatures-start', hosts: names.length });
  const signatures = new Map<string, Signature>();
  const look = async (host: InventoryHost) => {
    const target = bed.targets.get(host.name) ?? host.target;
    const budget = new Budget(bed.context.clock, bed.hostMs, `host ${host.name}`, '--host-timeout');
    signatures.set(host.name, await readSignature(bed.context, host, target, play, telling, budget, bed.stop));
  };
  await runPool(ordered, bed.forks, look, bed.stop);
  return { play: index, ...planBatches(names, rollout, signatures) };
}

/** A recorded plan for the hosts that are there now; hosts that it does not know come last, in a batch of their own. */
export function continuePlan(recorded: RolloutPlan, hosts: readonly InventoryHost[]): RolloutPlan {
  const known = new Set(recorded.batches.flatMap((batch) => batch.hosts));
  const fresh = hosts.filter((host) => !known.has(host.name)).map((host) => host.name);
  if (fresh.length === 0) return recorded;
  return { ...recorded, batches: [...recorded.batches, { kind: 'unknown', hosts: fresh, soakMs: 0 }] };
}

/** Hosts of a batch whose canary did not end well, with the reason: what it showed would happen to them too. */
export function heldBack(
  plan: RolloutPlan,
  batch: PlannedBatch,
  results: ReadonlyMap<string, HostResult>,
): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { canary, hosts } of plan.likenesses) {
    const status = results.get(canary)?.status;
    if (status !== 'failed' && status !== 'unknown' && status !== 'unreachable' && status !== 'not-reached') continue;
    for (const host of hosts)
      if (host !== canary && batch.hosts.includes(host))
        held.set(host, `held back: its canary ${canary} ended ${status}`);
  }
  return held;
}

/** Where a rollout stands, in words. */
export function whereIs(play: Play, { batches }: RolloutPlan, at: number): string {
  const batch = batches[at];
  const steps = batches.length < 2 ? '' : `, batch ${at + 1} of ${batches.length}`;
  const kind = batch?.kind === 'canary' ? ' (canaries)' : batch?.kind === 'unknown' ? ' (signature unknown)' : '';
  return `play "${play.name}"${steps}${kind}`;
}

/** The longest that the soaks of these plays can add up to, canaries counted as one batch. */
export function soakTotalMs(selected: readonly SelectedPlay[]): number {
  return selected.reduce((sum, { play, hosts }) => {
    const steps = (play.rollout?.batches ?? []).filter((batch) => batch.size.kind !== 'canary');
    const canary = play.rollout?.batches.find((batch) => batch.size.kind === 'canary');
    const sized = planBatches(
      hosts.map((host) => host.name),
      { batches: steps, order: 'inventory' },
    ).batches;
    const soaks = [...(canary === undefined ? [] : [canary]), ...sized].map((batch) => batch.soakMs);
    return sum + soaks.slice(0, -1).reduce((total, ms) => total + ms, 0);
  }, 0);
}
