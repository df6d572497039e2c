import type { LeakedMount } from './leak.ts';
import type { ContainerState, MountView, NamespaceTask } from './model.ts';
import { namesOfTask, namesOfUnit } from './never-restarted.ts';

/** All that the namespace of a leak may be called: its holder, and the containers, units and programs of the tasks that were looked at. */
export function holderNames(
  view: MountView | undefined,
  { holder, namespace }: LeakedMount,
  containers: readonly ContainerState[],
): readonly string[] {
  const own = [...namesOfUnit(holder.name), ...idsOf(holder.containerId)];
  if (namespace === view?.hostNamespace) return own;
  const tasks = view?.namespaces.find((each) => each.inode === namespace)?.tasks ?? [];
  return [...new Set([...own, ...tasks.flatMap((task) => namesOf(task, containers))])];
}

function namesOf(task: NamespaceTask, containers: readonly ContainerState[]): readonly string[] {
  const container = containers.find((each) => each.id === task.containerId)?.name;
  return [...namesOfTask(task), ...(container === undefined ? [] : [container]), ...idsOf(task.containerId)];
}

/** A container is also meant by its id. */
function idsOf(containerId: string | undefined): readonly string[] {
  return containerId === undefined ? [] : [containerId, containerId.slice(0, 12)];
}
