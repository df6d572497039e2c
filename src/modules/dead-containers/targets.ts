import { milliseconds } from '../../config/duration-schema.ts';
import { containerTarget } from '../../mounts/identity.ts';
import type { LeakTarget } from '../../mounts/leak.ts';
import { isLiving } from '../../mounts/living.ts';
import type { ContainerState } from '../../mounts/model.ts';
import type { DockerLook } from '../../programs/docker-records.ts';
import type { DeadContainersParams } from './params.ts';
import type { PassedOver } from './state.ts';

/** Those that are dead and old enough, and those that were asked for and are not. */
export function selectTargets(
  look: DockerLook,
  params: DeadContainersParams,
): { readonly targets: readonly LeakTarget[]; readonly passedOver: readonly PassedOver[] } {
  const targets: LeakTarget[] = [];
  const passedOver: PassedOver[] = [];
  for (const container of look.state.containers) {
    const asked = isAsked(container, params.containers);
    if (!asked) continue;
    if (!container.dead && !container.removing) {
      if (params.containers !== 'all') passedOver.push({ container, why: 'not-dead' });
      continue;
    }
    const why = ageProblem(container, look.hostTimeMs, milliseconds(params.older_than));
    if (why === undefined) targets.push(containerTarget(container));
    else passedOver.push({ container, why });
  }
  return { targets: targets.sort(byName), passedOver };
}

/** Containers that live: they run, or someone says that they do. */
export function livingOf(look: DockerLook): readonly ContainerState[] {
  return look.state.containers.filter(isLiving);
}

function isAsked(container: ContainerState, asked: DeadContainersParams['containers']): boolean {
  if (asked === 'all') return true;
  return asked.some(
    (word) => word === container.name || (/^[0-9a-f]{12,64}$/.test(word) && container.id.startsWith(word)),
  );
}

/** Measured by the host's own clock: finishedAt is the host's too. Docker writes year 1 for a container that never ran. */
function ageProblem(
  container: ContainerState,
  nowMs: number | undefined,
  leastMs: number,
): 'too-young' | 'age-unknown' | undefined {
  if (leastMs === 0) return undefined;
  const finished = Date.parse(container.finishedAt);
  if (nowMs === undefined || Number.isNaN(finished) || container.finishedAt.startsWith('0001-')) return 'age-unknown';
  return nowMs - finished < leastMs ? 'too-young' : undefined;
}

function byName(a: LeakTarget, b: LeakTarget): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1;
}
