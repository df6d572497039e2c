import { podWords } from '../../core/pods.ts';
import type { Gap } from '../../core/results.ts';
import type { ClusterLook, TerminatingPod } from '../../programs/kubectl-terminating.ts';

/** A cluster, and which of its pods should be gone. */
export interface PodsState {
  readonly cluster: ClusterLook;
  /** By the clock of the API server. */
  readonly nowMs: number;
  /** Past their grace period for longer than is asked for, by namespace and name. */
  readonly past: readonly TerminatingPod[];
  /** Asked to go, and still within their time. */
  readonly waiting: number;
}

/**
 * Pods past their grace period: metadata.deletionTimestamp has the grace already in it, as the server adds it to the time of
 * the request (k8s.io/apiserver, registry/rest/delete.go), and metadata.deletionGracePeriodSeconds does not come on top.
 */
export function selectPast(
  cluster: ClusterLook,
  nowMs: number,
  leastMs: number,
): { readonly state: PodsState; readonly gaps: readonly Gap[] } {
  const ends = (pod: TerminatingPod) => Date.parse(pod.deletionTimestamp);
  const odd = cluster.pods.filter((pod) => Number.isNaN(ends(pod)));
  const past = cluster.pods.filter((pod) => nowMs - ends(pod) >= leastMs).sort(byName);
  return {
    state: { cluster, nowMs, past, waiting: cluster.pods.length - odd.length - past.length },
    gaps: odd.map((pod) => ({
      what: podWords(pod),
      why: `its deletion time cannot be read: ${pod.deletionTimestamp}`,
    })),
  };
}

function byName(a: TerminatingPod, b: TerminatingPod): number {
  const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
