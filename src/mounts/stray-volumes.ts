import { type KubeletMount, kubeletMounts } from './kubelet-mounts.ts';
import type { LeakedMount } from './leak.ts';
import { findLeaks } from './leaks.ts';
import type { ContainerState, MountView } from './model.ts';
import { type MountTree, sameDentry } from './tree.ts';

/** What another namespace still has of a pod's volume that the host has unmounted. */
export interface StrayVolume {
  readonly podUid: string;
  readonly leak: LeakedMount;
}

/**
 * Volumes that the host has no more at their place, and that another namespace than the kubelet's still has there. Whether
 * their pods have ended is for the processes to say.
 */
export function strayVolumes(view: MountView, trees?: readonly MountTree[]): readonly KubeletMount[] {
  const all = kubeletMounts(view, ['/'], trees);
  if (all.length === 0) return [];
  const kubelets = view.namespaces.filter(({ tasks }) =>
    tasks.some(({ command }) => /^(?:kubelet|kubelite|k3s|k3s-server|k3s-agent)$/.test(command)),
  );
  const makers = new Set([view.hostNamespace, ...kubelets.map(({ inode }) => inode)]);
  const kept = all.filter(({ namespace }) => makers.has(namespace));
  return all.filter(({ namespace, place, mount, tree, hostPath }) => {
    if (makers.has(namespace) || place.podUid === undefined || hostPath === undefined) return false;
    return !kept.some(
      (other) =>
        other.mount.device === mount.device && sameDentry(other.tree.dentryOf(other.mount), tree.dentryOf(mount)),
    );
  });
}

/** The same as leaks, with their holders, causes and reach. `ended` says which pods have ended. */
export function strayLeaks(
  view: MountView,
  strays: readonly KubeletMount[],
  ended: ReadonlySet<string>,
  living: readonly ContainerState[],
  containers: readonly ContainerState[],
): readonly StrayVolume[] {
  const pods = new Map<string, string>();
  for (const { place, hostPath } of strays) {
    if (place.podUid !== undefined && hostPath !== undefined && ended.has(place.podUid))
      pods.set(hostPath, place.podUid);
  }
  if (pods.size === 0) return [];
  const targets = [...pods.keys()].map((id) => ({ kind: 'path', id, name: id, tokens: [], paths: [] }) as const);
  return findLeaks(view, targets, living, containers).leaks.flatMap((leak) => {
    const podUid = pods.get(leak.target.id);
    return podUid === undefined || leak.namespace === view.hostNamespace ? [] : [{ podUid, leak }];
  });
}
