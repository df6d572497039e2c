import type { Gap } from '../core/results.ts';
import type { ContainerState, MountView } from '../mounts/model.ts';
import type { Bystander } from './check-bystanders.ts';

/** The main process of each container that lives, with the root that it must keep. */
export function bystandersOf(
  living: readonly ContainerState[],
  view: MountView,
): { readonly bystanders: readonly Bystander[]; readonly unseen: readonly Gap[] } {
  const bystanders: Bystander[] = [];
  const unseen: Gap[] = [];
  for (const { id, name, pid } of living) {
    const namespace = view.namespaces.find((each) => each.tasks.some((task) => task.tid === pid));
    const task = namespace?.tasks.find((each) => each.tid === pid);
    const root = namespace?.mounts?.findLast((mount) => mount.point === '/');
    if (namespace === undefined || task === undefined || root === undefined) {
      unseen.push({ what: `container ${name}`, why: `its process ${pid} was not found, so it cannot be watched` });
      continue;
    }
    const { startTime } = task;
    bystanders.push({ containerId: id, name, pid, startTime, namespace: namespace.inode, rootDevice: root.device });
  }
  return { bystanders, unseen };
}

/** What no longer is as it was, in words; undefined if every container that ran runs on with its root. */
export function harmDone(before: readonly Bystander[], after: readonly Bystander[]): string | undefined {
  for (const each of before) {
    const now = after.find(({ containerId }) => containerId === each.containerId);
    if (now === undefined || now.pid !== each.pid || now.startTime !== each.startTime)
      return `container ${each.name} (pid ${each.pid}) no longer runs as it did`;
    if (now.rootDevice !== each.rootDevice) return `container ${each.name} lost its root file system`;
  }
  return undefined;
}
