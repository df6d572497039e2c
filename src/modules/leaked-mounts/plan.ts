import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { otherUsers } from '../../mounts/block-devices.ts';
import { type DetachPoint, detachPoints } from '../../mounts/detach-points.ts';
import { holderWords, place } from '../../mounts/leak-words.ts';
import type { Tried } from '../module.ts';
import { type NextRung, nextRung, onNever } from './ladder.ts';
import type { LeakedMountsParams } from './params.ts';
import type { AskedMount, Guard, LeakChange, LeakedMountsState } from './state.ts';
import { removeDirectoryChange, unmountChange } from './steps.ts';

interface Step {
  readonly asked: AskedMount;
  readonly next: NextRung;
}

/**
 * One round: directories first, then unmounts, deepest first. What one target has of file systems goes whole or not at all:
 * freeing a part would not help it. Where something that lives has what was asked for, nothing is done.
 */
export function planLeaks(state: LeakedMountsState, params: LeakedMountsParams, tried: Tried): readonly LeakChange[] {
  if (wholeObstacle(state, params) !== undefined) return [];
  const steps = stepsOf(state, params, tried);
  const open = steps.filter((step) => !steps.some((other) => isStuck(other) && sameTarget(other, step)));
  const points = new Set(open.flatMap(({ next }) => (next.kind === 'rmdir' ? [next.point] : [])));
  const directories = [...points].map(removeDirectoryChange).sort((a, b) => (a.id < b.id ? -1 : 1));
  const last = steps.flatMap(({ next }) => (next.kind === 'end' && next.last !== undefined ? [next.last] : []));
  return [...directories, ...unmountsOf(state, open, points), ...last];
}

/** What stays, and why: once for all, or once for each target. */
export function refuseLeaks(state: LeakedMountsState, params: LeakedMountsParams, tried: Tried): readonly Refusal[] {
  const whole = wholeObstacle(state, params);
  if (whole !== undefined) return [{ what: state.asked, ...whole }];
  const refusals = new Map<string, Refusal>();
  const stuck = stepsOf(state, params, tried).filter(isStuck);
  for (const { asked, next } of stuck) {
    const { leak } = asked;
    if (next.kind !== 'end' || refusals.has(leak.target.id)) continue;
    const more = stuck.filter((other) => other.asked.leak.target === leak.target).length - 1;
    const what = `${state.asked}, mounted at ${place(leak)} in ${holderWords(leak.holder)}`;
    const why = `${next.why}${more === 0 ? '' : `; and ${more} more of its mounts`}`;
    refusals.set(leak.target.id, { what, why, hint: next.hint });
  }
  return [...refusals.values(), ...deviceRefusal(state), ...unseenRefusal(state, tried)];
}

/** Why nothing at all is done; undefined if something may be. */
function wholeObstacle(state: LeakedMountsState, params: LeakedMountsParams): Guard | undefined {
  const [first] = state.protected;
  if (first !== undefined) {
    return {
      why: `it belongs to ${first.owner}, at ${printable(first.mount.point)}; nothing was done`,
      hint: 'End the container first; what lives is never touched.',
    };
  }
  if (state.mounts.length === 0) return undefined;
  const [gap] = state.view.unreadable;
  if (gap !== undefined) {
    const who = gap.pid > 0 ? `process ${gap.pid}` : 'a namespace';
    return {
      why: `${who} could not be looked at: ${printable(gap.why)}; so it is not known what else uses it`,
      hint: 'Run as root with CAP_SYS_PTRACE, outside of a container.',
    };
  }
  const guarded = state.mounts.find(({ guard }) => guard?.all === true);
  if (guarded?.guard !== undefined) {
    const { why, hint } = guarded.guard;
    return { why: `${why}; nothing was done`, hint };
  }
  const never = state.mounts.map(({ leak }) => onNever(state, leak, params)).find((each) => each !== undefined);
  return never === undefined ? undefined : { why: `${never.why}; nothing was done`, hint: never.hint };
}

function stepsOf(state: LeakedMountsState, params: LeakedMountsParams, tried: Tried): readonly Step[] {
  const alone = new Set(state.mounts.filter(isAlone).map(({ leak }) => leak));
  const points = detachPoints(
    state.view,
    state.mounts.map(({ leak }) => leak),
    state.directories,
    (leak) => alone.has(leak),
  );
  return state.mounts.map((asked) => {
    const point = points.find((each) => each.leaks.includes(asked.leak));
    return { asked, next: nextRung(state, asked, point, params, tried) };
  });
}

/** What stays, or is somebody's own volume, must not be detached with a directory. */
function isAlone({ leak, guard }: AskedMount): boolean {
  return (
    guard === undefined &&
    leak.reach.ownVolume !== true &&
    leak.foreignBelow.length === 0 &&
    leak.stackedAbove.length === 0
  );
}

function isStuck({ next }: Step): boolean {
  return next.kind === 'end';
}

/** Mounts of one target go together, but what is left to the kubelet does not hold the copies elsewhere back. */
function sameTarget(stuck: Step, step: Step): boolean {
  return stuck.asked.leak.target === step.asked.leak.target && stuck.asked.guard === undefined;
}

/** Without those that go with another one of this round: what lies below its directory, and what its unmount reaches. */
function unmountsOf(
  { view }: LeakedMountsState,
  steps: readonly Step[],
  points: ReadonlySet<DetachPoint>,
): readonly LeakChange[] {
  const reached = new Set<string>();
  const below = ({ leak }: AskedMount) =>
    [...points].some((point) =>
      point.leaks.some(
        (each) => each.namespace === leak.namespace && leak.mount.point.startsWith(`${each.mount.point}/`),
      ),
    );
  return steps.flatMap(({ asked, next }) => {
    const { leak } = asked;
    if (next.kind !== 'unmount' || below(asked) || reached.has(`${leak.namespace}:${leak.mount.id}`)) return [];
    for (const spread of leak.reach.spreads) reached.add(`${spread.namespace}:${spread.mountId}`);
    return [unmountChange(view, asked, next.mode)];
  });
}

/** No mount is left, and the device is busy all the same: somebody has it in another way, or a file of a detached mount open. */
function deviceRefusal({ asked, device, mounts, view }: LeakedMountsState): readonly Refusal[] {
  if (device?.exclusive.kind !== 'busy' || mounts.length > 0) return [];
  const users = otherUsers(view, device.stack).map((line) => printable(line));
  const why =
    users.length === 0
      ? 'no namespace has it mounted, and yet it cannot be opened by one alone: a file of a mount that was detached may still be open'
      : `no namespace has it mounted, but ${users.slice(0, 3).join('; ')}`;
  return [{ what: asked, why, hint: 'End what uses it; no unmount helps any more.' }];
}

/** What this very run has released was somebody's, and may be unknown to everybody now. */
function unseenRefusal({ asked, unseen }: LeakedMountsState, tried: Tried): readonly Refusal[] {
  if (unseen?.kind !== 'refused' || tried.size > 0) return [];
  return [{ what: asked, why: unseen.why, hint: unseen.hint }];
}
