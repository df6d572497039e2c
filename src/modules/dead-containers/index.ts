import type { JsonObject } from '../../core/json.ts';
import { defineModule } from '../module.ts';
import { applySweep } from './apply.ts';
import { findingsOf } from './findings.ts';
import { hookOf } from './hook.ts';
import { observeSweep } from './observe.ts';
import { type DeadContainersParams, deadContainersParams } from './params.ts';
import { planSweep, refuseSweep } from './plan.ts';
import type { SweepChange, SweepState } from './state.ts';
import { verifySweep } from './verify.ts';

/** Frees what holds dead containers, in every mount namespace, without hurting anything alive, and removes them. */
export const deadContainersModule = defineModule<DeadContainersParams, SweepState, SweepChange>({
  name: 'dead_containers',
  summary: 'Releases the leaked mounts of dead containers in every mount namespace, and removes the containers.',
  params: deadContainersParams,
  needsRoot: true,
  observe: (host, params) => observeSweep(host, params),
  plan: planSweep,
  refusals: refuseSweep,
  apply: applySweep,
  verify: verifySweep,
  result,
  findings: findingsOf,
  hook: hookOf,
  dangerParams: ['release'],
  dangers: ({ release }) => (release.includes('restart_holder') ? ['restart-holder'] : []),
});

/** Counts and names; `docker` is false where there is none. */
function result(state: SweepState): JsonObject {
  const { docker, targets, leaks, passedOver } = state;
  return {
    docker: docker !== undefined,
    daemon: docker === undefined ? 'none' : docker.state.silent === undefined ? 'answers' : 'silent',
    version: docker?.state.version ?? '',
    containers: docker?.listed ?? 0,
    dead: targets.map((target) => target.name),
    dead_count: targets.length,
    leaked_mounts: leaks.leaks.length,
    holders: [...new Set(leaks.leaks.map((leak) => leak.holder.name))],
    latent: leaks.latent.length,
    orphans: state.orphans.length,
    stuck: state.stuck.length,
    left_alone: passedOver.map(({ container, why }) => ({ name: container.name, why })),
  };
}
