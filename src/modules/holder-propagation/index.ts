import type { JsonObject } from '../../core/json.ts';
import { defineModule } from '../module.ts';
import { applyHolder } from './apply.ts';
import { findingsOf } from './findings.ts';
import { observeHolders } from './observe.ts';
import { type HolderPropagationParams, holderPropagationParams } from './params.ts';
import { planHolders, refuseHolders } from './plan.ts';
import type { HolderChange, HolderState } from './state.ts';
import { verifyHolders } from './verify.ts';
import { latentOf, leakedOf, mainCause } from './words.ts';

/** Names the services that keep file systems of containers in their mount namespace, and mends that. */
export const holderPropagationModule = defineModule<HolderPropagationParams, HolderState, HolderChange>({
  name: 'holder_propagation',
  summary: 'Finds systemd services that keep mounts of containers in a mount namespace of their own, and lets them go.',
  params: holderPropagationParams,
  needsRoot: true,
  observe: observeHolders,
  plan: planHolders,
  refusals: refuseHolders,
  apply: applyHolder,
  verify: verifyHolders,
  result,
  findings: findingsOf,
  signature: ({ holders }) =>
    holders.map((holder) => `${holder.unit.asked}=${mainCause(holder.copies)}`).join(' ') || 'no service holds',
  dangers: ({ remedy }) => (remedy === 'report' ? [] : ['restart-holder']),
});

/** Names and counts. */
function result({ dataRoot, systemd, holders }: HolderState): JsonObject {
  return {
    docker: dataRoot !== '',
    systemd,
    holders: holders.map(({ unit }) => unit.asked),
    leaked_mounts: holders.reduce((sum, holder) => sum + leakedOf(holder).length, 0),
    latent: holders.reduce((sum, holder) => sum + latentOf(holder).length, 0),
  };
}
