import type { Session } from '../../connection/session.ts';
import type { JsonObject } from '../../core/json.ts';
import { deletePod } from '../../programs/kubectl-delete-pod.ts';
import type { ClusterNode, TerminatingPod } from '../../programs/kubectl-terminating.ts';
import { type Applied, defineModule } from '../module.ts';
import { findingsOf } from './findings.ts';
import { accessOf, observePods } from './observe.ts';
import { type TerminatingPodsParams, terminatingPodsParams } from './params.ts';
import { type DeleteChange, planDeletions, refuseDeletions, verifyDeletion } from './plan.ts';
import type { PodsState } from './select.ts';

/** Finds pods past their grace period, and deletes their objects once their nodes have shown that nothing of them is left. */
export const k8sTerminatingPodsModule = defineModule<TerminatingPodsParams, PodsState, DeleteChange>({
  name: 'k8s_terminating_pods',
  summary:
    'Lists pods that should be gone, by the clock of the API server, and deletes those of which nothing is left on their nodes.',
  params: terminatingPodsParams,
  needsRoot: false,
  observe: observePods,
  plan: planDeletions,
  refusals: refuseDeletions,
  apply,
  verify: verifyDeletion,
  result,
  findings: findingsOf,
});

function apply(host: Session, { pod }: DeleteChange, params: TerminatingPodsParams): Promise<Applied> {
  return deletePod(host, accessOf(params), pod);
}

/** What k8s_pod_remains takes as one of its `looks`, and counts. */
function result({ cluster, past, waiting }: PodsState): JsonObject {
  const concerned = new Set(past.map(({ node }) => node));
  return {
    version: cluster.version,
    listed: cluster.listed,
    within_grace: waiting,
    pods: past.map(describePod),
    nodes: cluster.nodes.filter(({ name }) => concerned.has(name)).map(describeNode),
  };
}

function describePod({ namespace, name, uid, node, deletionTimestamp, containers }: TerminatingPod): JsonObject {
  const ids = containers.flatMap(({ id }) => /[0-9a-f]{64}$/.exec(id)?.[0] ?? []);
  return { namespace, name, uid, node, deletion_timestamp: deletionTimestamp, containers: ids };
}

function describeNode({ name, ready, bootId, machineId, runtime }: ClusterNode): JsonObject {
  return { name, ready, boot_id: bootId, machine_id: machineId, runtime };
}
