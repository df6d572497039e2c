import type { JsonObject } from '../../core/json.ts';
import { defineModule } from '../module.ts';
import { observeRemains, type RemainsState } from './observe.ts';
import { type PodRemainsParams, podRemainsParams } from './params.ts';

/** Looks on a node for what is left of pods that should be gone; changes nothing. */
export const k8sPodRemainsModule = defineModule<PodRemainsParams, RemainsState, never>({
  name: 'k8s_pod_remains',
  summary:
    'Tells what is left on a node of pods that should be gone: containers, processes, mounts in any namespace. Changes nothing.',
  params: podRemainsParams,
  needsRoot: true,
  observe: observeRemains,
  plan: () => [],
  apply: async () => ({ kind: 'done' }),
  verify: () => ({ kind: 'as-wanted' }),
  result,
});

/** What k8s_terminating_pods takes as one of its `remains`; the lists are for dead_containers and leaked_mounts. */
function result({ node, pods, dead, mounted, containers }: RemainsState): JsonObject {
  return {
    ...(node === undefined ? {} : { node }),
    pods: pods.map((each) => ({ ...each, what: [...each.what] })),
    dead,
    mounted,
    containers,
  };
}
