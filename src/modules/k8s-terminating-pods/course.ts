import type { TerminatingPod } from '../../programs/kubectl-terminating.ts';
import type { NodeRemains } from './params.ts';
import type { PodsState } from './select.ts';

/**
 * What may be done for a pod. proved: nothing of it is left on its node, so that its object may go; released: what is left there
 * lives no more, and is to be released first; left: nothing, and why.
 */
export type Course =
  | { readonly kind: 'proved' }
  | { readonly kind: 'released'; readonly what: string }
  | { readonly kind: 'left'; readonly why: string; readonly hint: string };

/**
 * Decides by what the API server says of pod and node, and by what the host of that node has seen. Somebody who could not be
 * asked leaves the pod where it is: a node that is not Ready may still run it, whatever another host says.
 */
export function courseOf(pod: TerminatingPod, state: PodsState, remains: readonly NodeRemains[]): Course {
  return ownObstacle(pod) ?? nodeObstacle(pod, state) ?? fromNode(pod, remains);
}

function ownObstacle(pod: TerminatingPod): Course | undefined {
  if (pod.finalizers.length > 0) {
    const names = pod.finalizers.join(', ');
    return left(
      `it has the finalizer${pod.finalizers.length === 1 ? '' : 's'} ${names}, and is gone once their owner took them off`,
      'Ask the controller that set it; a finalizer that is taken off by hand skips what it stands for.',
    );
  }
  if (pod.mirror)
    return left('it mirrors a static pod, whose kubelet makes and removes it', 'Look at the manifest on its node.');
  return pod.node === ''
    ? left('it never had a node', 'Look at it with kubectl describe; nothing of it ever ran.')
    : undefined;
}

function nodeObstacle({ node }: TerminatingPod, { cluster }: PodsState): Course | undefined {
  const found = cluster.nodes.find((each) => each.name === node);
  if (found === undefined)
    return left(
      cluster.gaps.length > 0
        ? `nothing is known of node ${node}: the nodes could not be listed`
        : `the cluster has no node ${node} any more`,
      'Make sure that the machine is off or its disks are wiped; only then delete the pod by hand.',
    );
  if (found.ready === 'True') return undefined;
  return left(
    `node ${node} is not Ready (${found.ready === '' ? 'it says nothing' : found.ready}), so it is not known whether the pod still runs there`,
    'Bring the node back, or take it out of service for good, and run this again.',
  );
}

function fromNode({ uid, node }: TerminatingPod, remains: readonly NodeRemains[]): Course {
  const told = remains.filter((each) => each.node === node).flatMap(({ pods = [] }) => pods);
  const about = told.filter((each) => each.uid === uid);
  const [first] = about;
  if (first === undefined)
    return left(
      `no host told what is left of it on node ${node}`,
      'Put the host of that node into the inventory and the play (it is known by its boot id); one that failed says why itself.',
    );
  const doubt = about.find(({ verdict }) => verdict === 'unknown');
  if (doubt !== undefined)
    return left(`what is left of it is not known: ${some(doubt.what)}`, 'Look at the node, then run this again.');
  const held = about.find(({ verdict }) => verdict === 'remains');
  if (held === undefined) return { kind: 'proved' };
  return held.alive
    ? left(
        `it still runs: ${some(held.what)}`,
        'Find out why it does not end; if it is in state D, repair what it waits for.',
      )
    : { kind: 'released', what: some(held.what) };
}

function some(what: readonly string[]): string {
  return what.length <= 2 ? what.join('; ') : `${what.slice(0, 2).join('; ')}; and ${what.length - 2} more`;
}

function left(why: string, hint: string): Course {
  return { kind: 'left', why, hint };
}
