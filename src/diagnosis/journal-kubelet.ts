import { CONTAINER_ID, container, HOST, MINUTES, type Sign } from './journal-sign.ts';

/** Messages of the kubelet: it asks again until it is obeyed, which is right of it. */
export const KUBELET_SIGNS: readonly Sign[] = [
  {
    // pkg/kubelet/cri/remote/remote_runtime.go, 1.5 to 1.32
    id: 'kubelet-stop',
    from: 'kubelet',
    words: ['from runtime service failed'],
    form: new RegExp(
      `Stop(?:PodSandbox|Container)(?: "${CONTAINER_ID}")? from runtime service failed(?:.*(?:podSandboxID|containerID)="?${CONTAINER_ID})?`,
    ),
    subject: (match) => container(match[1] ?? match[2]),
    says: 'that kubelet asks in vain to stop a container or sandbox',
    cause: 'kubelet asks again and again to stop what does not end',
    remedy: 'Free what keeps it (the other findings say); kubelet then does the rest by itself.',
    avoid: ['Delete the pod by force: the API object goes, and what keeps it stays on the node.'],
    severity: 'warning',
    fresh: 10 * MINUTES,
  },
  {
    // pkg/kubelet/pod_workers.go and kuberuntime_manager.go
    id: 'kubelet-pod',
    from: 'kubelet',
    words: ['KillPodSandbox', 'KillContainer'],
    form: /(?:Error syncing pod (\S+) .*)?failed to \\*"Kill(?:PodSandbox|Container)\\*"(?:.*\spod="([^"]+)")?/,
    subject: (match) => {
      const name = match[1] ?? match[2];
      return name === undefined ? HOST : { kind: 'pod', name };
    },
    says: 'that kubelet cannot end a pod',
    cause: 'kubelet asks again and again to end a pod',
    remedy: 'Free what keeps its containers (the other findings say); kubelet then does the rest by itself.',
    avoid: ['Delete the pod by force: the API object goes, and what keeps it stays on the node.'],
    severity: 'warning',
    fresh: 10 * MINUTES,
  },
  {
    // pkg/volume/util/operationexecutor/operation_generator.go
    id: 'kubelet-volume',
    from: 'kubelet',
    words: ['UnmountVolume.TearDown failed'],
    form: /UnmountVolume\.TearDown failed for volume .*?(?:UID: \\*"([0-9a-f-]{32,36})|pod \\*"([^"\\]+))/,
    subject: (match) => ({ kind: 'pod', name: match[1] ?? match[2] ?? '' }),
    says: 'that kubelet cannot unmount a volume of a pod',
    cause: 'kubelet asks again and again to unmount a volume',
    remedy: 'Look what keeps the volume busy (unbusy why HOST PATH), and end that.',
    avoid: ['Remove the directory of the pod recursively: what is still mounted there would be deleted.'],
    severity: 'warning',
    fresh: 10 * MINUTES,
  },
  {
    // pkg/kubelet/kubelet_volumes.go
    id: 'kubelet-orphan',
    from: 'kubelet',
    words: ['rphaned pod'],
    form: /[oO]rphaned pod \\*"([0-9a-f-]{32,36})\\*" found, but/,
    subject: (match) => ({ kind: 'pod', name: match[1] ?? '' }),
    says: 'that directories of a pod are left which is gone',
    cause: 'a pod is gone, and its volumes are not',
    remedy:
      'Look whether something is still mounted there (unbusy why HOST /var/lib/kubelet/pods/UID), and release that.',
    avoid: ['Remove the directory of the pod recursively: what is still mounted there would be deleted.'],
    severity: 'warning',
    fresh: 10 * MINUTES,
  },
];
