import type { LeakedMount } from '../../mounts/leak.ts';
import type { NamespaceTask } from '../../mounts/model.ts';
import { nameOnList, namesOfTask, namesOfUnit, neverRestartedName } from '../../mounts/never-restarted.ts';
import type { SweepState } from './state.ts';

/** The name because of which nothing may be done in the namespace of a leak; undefined if none is on the list. */
export function neverName(state: SweepState, leak: LeakedMount, never: readonly string[]): string | undefined {
  return nameOnList(namesIn(state, leak), never);
}

/** Why the holder of a leak may not be restarted: its kind, or a name on a list; undefined if it may. */
export function neverRestarted(state: SweepState, leak: LeakedMount, never: readonly string[]): string | undefined {
  const { kind, name, containerId } = leak.holder;
  if (kind !== 'container' && kind !== 'unit') return 'only containers and services can be restarted';
  if (kind === 'unit' && !name.endsWith('.service')) return 'only containers and services can be restarted';
  const image = state.docker?.state.containers.find((each) => each.id === containerId)?.image;
  const names = [...namesIn(state, leak), ...(image === undefined ? [] : imageNames(image))];
  const found = nameOnList(names, never) ?? neverRestartedName(names);
  return found === undefined ? undefined : `what runs ${found} is never restarted`;
}

/** All that a namespace may be called: its holder, and the containers, units and programs of the tasks that were looked at. */
function namesIn(state: SweepState, { holder, namespace }: LeakedMount): readonly string[] {
  const own = [...namesOfUnit(holder.name), ...idsOf(holder.containerId)];
  if (namespace === state.view?.hostNamespace) return own;
  const tasks = state.view?.namespaces.find((each) => each.inode === namespace)?.tasks ?? [];
  return [...new Set([...own, ...tasks.flatMap((task) => namesOf(state, task))])];
}

function namesOf(state: SweepState, task: NamespaceTask): readonly string[] {
  const container = state.docker?.state.containers.find((each) => each.id === task.containerId)?.name;
  return [...namesOfTask(task), ...(container === undefined ? [] : [container]), ...idsOf(task.containerId)];
}

/** A container is also meant by its id. */
function idsOf(containerId: string | undefined): readonly string[] {
  return containerId === undefined ? [] : [containerId, containerId.slice(0, 12)];
}

/** `registry.example/data/postgres:16` is postgres. */
function imageNames(image: string): readonly string[] {
  return [(image.split('/').at(-1) ?? '').replace(/[:@].*/s, '')];
}
