import type { Gap } from '../../core/results.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { bystandersOf } from '../../programs/bystanders.ts';
import type { Bystander } from '../../programs/check-bystanders.ts';

/** Every container of any runtime that lives, by its first process: those of Docker by name, the others by their id. */
export function watched(
  view: MountView,
  living: readonly ContainerState[],
): { readonly bystanders: readonly Bystander[]; readonly unseen: readonly Gap[] } {
  const { bystanders, unseen } = bystandersOf(living, view);
  const seen = new Set(bystanders.map(({ containerId }) => containerId));
  const others: Bystander[] = [];
  for (const { inode, tasks, mounts } of view.namespaces) {
    if (inode === view.hostNamespace) continue;
    const rootDevice = mounts?.findLast((mount) => mount.point === '/')?.device;
    for (const { containerId, tid, startTime } of tasks) {
      if (containerId === undefined || rootDevice === undefined || seen.has(containerId)) continue;
      seen.add(containerId);
      const name = containerId.slice(0, 12);
      others.push({ containerId, name, pid: tid, startTime, namespace: inode, rootDevice });
    }
  }
  return { bystanders: [...bystanders, ...others], unseen };
}
