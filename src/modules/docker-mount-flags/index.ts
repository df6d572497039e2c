import type { JsonObject } from '../../core/json.ts';
import { defineModule } from '../module.ts';
import { applyMountFlags } from './apply.ts';
import { notInEffect } from './effect.ts';
import { causesOf, signatureOf } from './findings.ts';
import { observeMountFlags } from './observe.ts';
import { type MountFlagsParams, mountFlagsParams } from './params.ts';
import { planMountFlags, refuseMountFlags } from './plan.ts';
import type { MountFlagsChange, MountFlagsState } from './state.ts';
import { verifyMountFlags } from './verify.ts';

/** Brings MountFlags= of docker.service to what is wanted, or to what the decision matrix says; never restarts anything. */
export const dockerMountFlagsModule = defineModule<MountFlagsParams, MountFlagsState, MountFlagsChange>({
  name: 'docker_mount_flags',
  summary:
    'Sets or removes MountFlags= of docker.service, by what the host is like; in effect after a restart of dockerd.',
  params: mountFlagsParams,
  needsRoot: true,
  observe: observeMountFlags,
  plan: planMountFlags,
  refusals: refuseMountFlags,
  apply: applyMountFlags,
  verify: verifyMountFlags,
  result,
  findings: causesOf,
  unsettled: (state) => notInEffect(state),
  signature: signatureOf,
});

/** The facts, the row that decided and why, and whether dockerd lives by what is set. */
function result(state: MountFlagsState): JsonObject {
  const { docker, facts, decision, livedBy, recreate, service, topology, verdict } = state;
  return {
    docker,
    kernel: facts.kernel?.class ?? 'unknown',
    may_detach_mounts: facts.kernel?.knob ?? null,
    version: facts.version,
    packaging: topology.binary?.packaging ?? 'unknown',
    driver: topology.driver,
    containerd: facts.containerd,
    live_restore: facts.liveRestore ?? null,
    live_restore_effective: topology.liveRestore ?? null,
    mount_flags: facts.flags,
    lived_by: livedBy ?? null,
    in_effect: notInEffect(state) === undefined,
    shared_users: [...(facts.sharedUsers ?? [])],
    row: decision.row,
    decision: decision.kind === 'decided' ? decision.wants : 'unknown',
    why: decision.kind === 'decided' ? decision.why : decision.missing.join(', '),
    unit_file: service?.unit.fragmentPath ?? '',
    drop_ins: service?.ordered.slice(1).map(({ path }) => path) ?? [],
    cannot: verdict?.why ?? '',
    recreate: [...recreate],
    signature: signatureOf(state),
  };
}
