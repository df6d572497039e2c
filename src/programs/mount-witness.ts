import type { LeakedMount } from '../mounts/leak.ts';
import type { MountView } from '../mounts/model.ts';
import type { MountWitness } from './release-mount.ts';

/** What the host compares right before it unmounts a leak. By way of a task of the namespace if one lives there, else by what pins it. */
export function mountWitness(view: MountView, leak: LeakedMount): MountWitness {
  const { mount, parentMount } = leak;
  const namespace = view.namespaces.find((each) => each.inode === leak.namespace);
  const task = namespace?.tasks[0];
  const dir =
    task === undefined ? '' : task.pid === task.tid ? `/proc/${task.pid}` : `/proc/${task.pid}/task/${task.tid}`;
  return {
    namespace: leak.namespace,
    file: task === undefined ? (namespace?.pins[0] ?? '') : `${dir}/ns/mnt`,
    task: dir,
    startTime: task?.startTime ?? '',
    id: mount.id,
    parent: mount.parent,
    parentShared: parentMount?.shared,
    device: mount.device,
    root: mount.root,
    point: mount.point,
    fstype: mount.fstype,
  };
}
