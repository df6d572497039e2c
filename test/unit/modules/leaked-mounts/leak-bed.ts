import { guardMounts } from '../../../../src/modules/leaked-mounts/guards.ts';
import { leakedMountsParams } from '../../../../src/modules/leaked-mounts/params.ts';
import { planLeaks, refuseLeaks } from '../../../../src/modules/leaked-mounts/plan.ts';
import { protectedMounts } from '../../../../src/modules/leaked-mounts/protected.ts';
import {
  askedWords,
  firstTargets,
  namedOwners,
  ownersToAsk,
  targetsOf,
  volumesMeant,
} from '../../../../src/modules/leaked-mounts/selection.ts';
import type { LeakedMountsState } from '../../../../src/modules/leaked-mounts/state.ts';
import type { Tried } from '../../../../src/modules/module.ts';
import { findLeaks } from '../../../../src/mounts/leaks.ts';
import type { ContainerState, MountView } from '../../../../src/mounts/model.ts';
import { runtimeOwners } from '../../../../src/mounts/runtime-owners.ts';
import { type RuntimeFacts, standingOf } from '../../../../src/mounts/runtime-standing.ts';
import { runtimeFacts } from '../../../support/runtime-picture.ts';

/** What is asked of a picture, and what else is known. */
export interface Asked {
  readonly params: Readonly<Record<string, unknown>>;
  readonly facts?: Partial<RuntimeFacts>;
  readonly living?: readonly ContainerState[];
  readonly directories?: LeakedMountsState['directories'];
  readonly device?: LeakedMountsState['device'];
  readonly tried?: Tried;
}

/** The state that observe makes of a picture, put together in the same order, and what the module does about it. */
export function ask(view: MountView, { params: raw, living = [], tried = new Map(), ...rest }: Asked) {
  const params = leakedMountsParams.parse(raw);
  const facts = runtimeFacts(rest.facts);
  const owners = runtimeOwners(view);
  const first = firstTargets(params, view, rest.device?.stack);
  const meant = params.container === undefined ? owners : namedOwners(params, ownersToAsk(params, owners), facts);
  const targets = params.container === undefined ? first : targetsOf(view, meant);
  const { leaks } = findLeaks(view, targets, living, living);
  const judged = meant.map((owner) => ({ owner, standing: standingOf(owner, facts) }));
  const state: LeakedMountsState = {
    asked: askedWords(params),
    view,
    mounts: guardMounts(leaks, { view, judged, volumes: volumesMeant(view, targets), facts }),
    protected: protectedMounts(view, targets, leaks, living),
    directories: rest.directories ?? [],
    containers: living,
    bystanders: [],
    device: rest.device,
  };
  const refusals = refuseLeaks(state, params, tried);
  return {
    state,
    plan: planLeaks(state, params, tried),
    steps: planLeaks(state, params, tried).map(({ id }) => id),
    refusals: refusals.map(({ what, why }) => `${what}: ${why}`).join('\n'),
  };
}
