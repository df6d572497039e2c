import type { HostFacts } from '../../connection/session.ts';
import type { Look, LookedNode, LookedPod } from './params.ts';

/** A host as a node of a cluster, with the pods that should be gone from it. */
export interface OwnNode {
  readonly node: LookedNode;
  readonly pods: readonly LookedPod[];
}

/**
 * Nodes that this host may be: their kubelets have read the same boot id. It is one for every container of a machine, so nodes that are
 * containers have it too, and the machine that they run on; what tells them apart is the name or the machine id. A node of which two
 * hosts have told is one.
 */
export function candidates(looks: readonly Look[], { bootId }: HostFacts): readonly OwnNode[] {
  const found = new Map<string, OwnNode>();
  for (const { nodes = [], pods = [] } of looks)
    for (const node of nodes.filter((each) => each.boot_id === bootId && bootId !== '')) {
      const key = JSON.stringify([node.name, node.machine_id, node.runtime]);
      const all = [...(found.get(key)?.pods ?? []), ...pods.filter((pod) => pod.node === node.name)];
      found.set(key, { node, pods: [...new Map(all.map((pod) => [pod.uid, pod])).values()] });
    }
  return [...found.values()];
}

/** Which of the candidates this host is; undefined: none of them. `vouched` is the name that the inventory gives it. */
export function ownNodes(
  found: readonly OwnNode[],
  { nodename }: HostFacts,
  vouched: string,
  machineId: string,
): readonly OwnNode[] {
  if (vouched !== '') return found.filter(({ node }) => node.name === vouched);
  const byName = found.filter(({ node }) => isCalled(node.name, nodename));
  return byName.length > 0 ? byName : found.filter(({ node }) => machineId !== '' && node.machine_id === machineId);
}

/** The kubelet takes the host name in lower case (nodeutil.GetHostname); a short one stands for the first part of a full one. */
function isCalled(node: string, nodename: string): boolean {
  const own = nodename.toLowerCase();
  return own === node || own.split('.')[0] === node || own === node.split('.')[0];
}
