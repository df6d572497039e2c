import type { Refusal } from '../../core/results.ts';
import type { DetachPoint } from '../../mounts/detach-points.ts';
import type { LeakedMount, LeakTarget } from '../../mounts/leak.ts';
import { place } from '../../mounts/leak-words.ts';
import type { MountView } from '../../mounts/model.ts';
import type { Tried } from '../module.ts';
import { sweepPoints } from './directories.ts';
import { removalObstacle, targetObstacle } from './guards.ts';
import { type NextRung, nextRung } from './ladder.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepChange, SweepState } from './state.ts';
import { removeContainerChange, removeDirectoryChange, removeId, restartChange, unmountChange } from './steps.ts';

/** One dead container with the next rung of each of its mounts, or why nothing is done for it. */
interface Course {
  readonly target: LeakTarget;
  readonly refusal?: Refusal;
  readonly rungs: readonly { readonly leak: LeakedMount; readonly next: NextRung }[];
}

/**
 * One round: directories first, then unmounts, deepest first, then what can be removed. Restarts wait until nothing
 * milder is left to do. A container of which one mount cannot be freed is left as it is: freeing the rest would not help it.
 */
export function planSweep(state: SweepState, params: DeadContainersParams, tried: Tried): readonly SweepChange[] {
  const { view } = state;
  if (view === undefined) return [];
  const courses = coursesOf(state, params, tried);
  const open = courses.filter((course) => course.refusal === undefined && !isStuck(course));
  const rungs = open.flatMap((course) => course.rungs);
  const points = new Set(rungs.flatMap(({ next }) => (next.kind === 'rmdir' ? [next.point] : [])));
  const directories = [...points].map(removeDirectoryChange).sort(byId);
  const unmounts = unmountsOf(view, inReleaseOrder(state, rungs), points);
  const milder = [...directories, ...unmounts];
  return [
    ...milder,
    ...(milder.length > 0 ? [] : restarts(rungs)),
    ...lastTried(courses),
    ...removals(state, open, params),
  ];
}

/** Steps that will not be taken, and why, one for each container. */
export function refuseSweep(state: SweepState, params: DeadContainersParams, tried: Tried): readonly Refusal[] {
  return coursesOf(state, params, tried).flatMap((course) => {
    if (course.refusal !== undefined) return [course.refusal];
    const stuck = course.rungs.flatMap(({ leak, next }) => (next.kind === 'end' ? [{ leak, next }] : []));
    const [first] = stuck;
    if (first !== undefined) {
      const more = stuck.length === 1 ? '' : `; and ${stuck.length - 1} more of its mounts`;
      const what = `container ${course.target.name}, mounted at ${place(first.leak)}`;
      return [{ what, why: `${first.next.why}${more}`, hint: first.next.hint }];
    }
    if (!params.remove || course.rungs.length > 0) return [];
    const obstacle = removalObstacle(state, course.target) ?? refusedByDaemon(state, course.target, tried);
    return obstacle === undefined ? [] : [obstacle];
  });
}

function coursesOf(state: SweepState, params: DeadContainersParams, tried: Tried): readonly Course[] {
  const points = sweepPoints(state, params);
  return state.targets.map((target) => {
    const refusal = targetObstacle(state, target, params);
    if (refusal !== undefined) return { target, refusal, rungs: [] };
    const leaks = state.leaks.leaks.filter((leak) => leak.target === target);
    const rungs = leaks.map((leak) => {
      const point = points.find((each) => each.leaks.includes(leak));
      return { leak, next: nextRung(state, leak, point, params, tried) };
    });
    return { target, rungs };
  });
}

function isStuck(course: Course): boolean {
  return course.rungs.some(({ next }) => next.kind === 'end');
}

function inReleaseOrder(state: SweepState, rungs: Course['rungs']): Course['rungs'] {
  const order = new Map(state.leaks.leaks.map((leak, index) => [leak, index]));
  return [...rungs].sort((a, b) => (order.get(a.leak) ?? 0) - (order.get(b.leak) ?? 0));
}

/** Without those that go with another one of this round: what lies below its directory, and what its unmount reaches. */
function unmountsOf(view: MountView, rungs: Course['rungs'], points: ReadonlySet<DetachPoint>): readonly SweepChange[] {
  const reached = new Set<string>();
  return rungs.flatMap(({ leak, next }) => {
    if (next.kind !== 'unmount' || isBelow(leak, points) || reached.has(`${leak.namespace}:${leak.mount.id}`))
      return [];
    for (const spread of leak.reach.spreads) reached.add(`${spread.namespace}:${spread.mountId}`);
    return [unmountChange(view, leak, next.mode)];
  });
}

/** True if a mount lies on one that a directory of this round takes along. */
function isBelow(leak: LeakedMount, points: ReadonlySet<DetachPoint>): boolean {
  return [...points].some((point) =>
    point.leaks.some(
      (each) => each.namespace === leak.namespace && leak.mount.point.startsWith(`${each.mount.point}/`),
    ),
  );
}

function restarts(rungs: Course['rungs']): readonly SweepChange[] {
  const byHolder = new Map<number, LeakedMount[]>();
  for (const { leak, next } of rungs) {
    if (next.kind === 'restart') byHolder.set(leak.namespace, [...(byHolder.get(leak.namespace) ?? []), leak]);
  }
  const changes = [...byHolder.values()].flatMap((leaks) => restartChange(leaks) ?? []);
  return [...new Map(changes.map((change) => [change.id, change])).values()].sort(byId);
}

/** Steps that were tried and did not free their mount: they stay in the plan, so that the task does not pass for done. */
function lastTried(courses: readonly Course[]): readonly SweepChange[] {
  return courses.flatMap((course) =>
    course.rungs.flatMap(({ next }) => (next.kind === 'end' && next.last !== undefined ? [next.last] : [])),
  );
}

function removals(state: SweepState, courses: readonly Course[], params: DeadContainersParams): readonly SweepChange[] {
  if (!params.remove) return [];
  return courses
    .filter((course) => removalObstacle(state, course.target) === undefined)
    .map((course) => removeContainerChange(state, course.target, course.rungs.length === 0));
}

/** moby#36160: before 17.12.1 a second `docker rm` can fail for good until dockerd is restarted. */
function refusedByDaemon(state: SweepState, target: LeakTarget, tried: Tried): Refusal | undefined {
  const answer = tried.get(removeId(target));
  if (answer?.kind !== 'denied') return undefined;
  const what = `docker rm ${target.name}`;
  const version = state.docker?.state.version ?? '';
  if (isBefore(version, [17, 12, 1])) {
    return {
      what,
      why: `Docker ${version} refused: ${answer.why}`,
      hint: 'Before 17.12.1 a second removal can fail until dockerd is restarted; restart it when its containers may stop.',
    };
  }
  return {
    what,
    why: `the daemon refused: ${answer.why}`,
    hint: 'Read its log; it was asked once and is not asked again.',
  };
}

function isBefore(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, part] of wanted.entries()) {
    const seen = parts[index] ?? 0;
    if (Number.isNaN(seen) || seen > part) return false;
    if (seen < part) return true;
  }
  return false;
}

function byId(a: SweepChange, b: SweepChange): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
