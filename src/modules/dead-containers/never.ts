import { holderNames } from '../../mounts/holder-names.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { nameOnList, neverRestartedName } from '../../mounts/never-restarted.ts';
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

function namesIn({ view, docker }: SweepState, leak: LeakedMount): readonly string[] {
  return holderNames(view, leak, docker?.state.containers ?? []);
}

/** `registry.example/data/postgres:16` is postgres. */
function imageNames(image: string): readonly string[] {
  return [(image.split('/').at(-1) ?? '').replace(/[:@].*/s, '')];
}
