import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { ClusterAccess } from '../../programs/kubectl.ts';
import { awaitPods } from '../../programs/kubectl-await-pods.ts';
import { listTerminating } from '../../programs/kubectl-terminating.ts';
import type { Observed } from '../module.ts';
import { courseOf } from './course.ts';
import type { TerminatingPodsParams } from './params.ts';
import { type PodsState, selectPast } from './select.ts';

/** How the parameters say to reach the cluster. */
export function accessOf({ kubectl, kubeconfig, context, deadline }: TerminatingPodsParams): ClusterAccess {
  return { kubectl, kubeconfig, context, deadlineMs: milliseconds(deadline) };
}

/** Lists the pods; those of which nothing is left on their node are given the time that their kubelet may take. Changes nothing. */
export async function observePods(host: Session, params: TerminatingPodsParams): Promise<Observed<PodsState>> {
  const access = accessOf(params);
  const { namespaces, remains = [] } = params;
  const answer = await listTerminating(host, access, namespaces === 'all' ? [] : namespaces);
  if (answer.kind === 'unknown') return answer;
  const { look } = answer;
  if (look.nowMs === undefined && look.pods.length > 0) return { kind: 'unknown', error: noClock(host.host) };
  const { state, gaps } = selectPast(look, look.nowMs ?? 0, milliseconds(params.older_than));
  const proved = state.past.filter((pod) => courseOf(pod, state, remains).kind === 'proved');
  const waitMs = milliseconds(params.wait);
  const seen = { kind: 'known', state, gaps: [...look.gaps, ...gaps] } as const;
  if (proved.length === 0 || waitMs === 0) return seen;
  const waited = await awaitPods(host, access, proved, waitMs);
  if (waited.kind === 'unknown') return waited;
  const gone = new Set(proved.map(({ uid }) => uid).filter((uid) => !waited.left.includes(uid)));
  return { ...seen, state: without(state, gone) };
}

function without(state: PodsState, gone: ReadonlySet<string>): PodsState {
  const stay = ({ uid }: { readonly uid: string }) => !gone.has(uid);
  return {
    ...state,
    cluster: { ...state.cluster, pods: state.cluster.pods.filter(stay) },
    past: state.past.filter(stay),
  };
}

/** The clock of this host may be wrong by more than any grace period. */
function noClock(host: string): UnbusyError {
  return new UnbusyError(
    'E_UNKNOWN',
    'kubectl did not tell the time of the API server, so nobody knows which pods are past theirs',
    {
      host,
      hint: 'Look at `kubectl version -v=8`: the answer should have a Date header.',
    },
  );
}
