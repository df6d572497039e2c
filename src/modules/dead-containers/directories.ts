import { type DetachPoint, detachPoints } from '../../mounts/detach-points.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { neverName } from './never.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepState } from './state.ts';

/** Directories of dead containers that may be removed, with what that detaches. */
export function sweepPoints(state: SweepState, params: DeadContainersParams): readonly DetachPoint[] {
  const { view, docker, leaks } = state;
  if (view === undefined || docker === undefined) return [];
  return detachPoints(view, leaks.leaks, docker.directories, (leak) => isAlone(state, leak, params));
}

/** What a living container asked for as a volume of its own stays, whatever the directory is called here. */
function isAlone(state: SweepState, leak: LeakedMount, params: DeadContainersParams): boolean {
  return (
    leak.reach.ownVolume !== true &&
    leak.foreignBelow.length === 0 &&
    leak.stackedAbove.length === 0 &&
    leak.cause !== 'process-of-container' &&
    neverName(state, leak, params.never) === undefined
  );
}
