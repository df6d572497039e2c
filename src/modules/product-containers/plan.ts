import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { place } from '../../mounts/leak-words.ts';
import { isLiving } from '../../mounts/living.ts';
import type { Applied, Tried, Verdict } from '../module.ts';
import { choosesNobody, type ProductContainersParams } from './params.ts';
import { type MountCourse, mountCourse, unmountChange } from './releases.ts';
import type { ProductChange, ProductContainer, ProductMount, ProductState } from './state.ts';
import { removeChange, removeId, stopChange, stopId } from './steps.ts';

/** One container of the product: what comes next for it, or why nothing does. */
interface Course {
  readonly entry: ProductContainer;
  readonly next: 'stop' | 'remove' | 'remove-again' | 'nothing';
  readonly refusal?: Refusal;
  /** True if no mount of it is left that must be gone before its removal. */
  readonly free: boolean;
}

/**
 * One round. Monitors let go of what they hold, are stopped, and are removed once they do not run and nothing holds them; only
 * then the same is done with the others, the last started first. What cannot be done for one container does not stop the rest.
 */
export function planProduct(
  state: ProductState,
  params: ProductContainersParams,
  tried: Tried,
): readonly ProductChange[] {
  if (state.view === undefined || tooWide(state, params) !== undefined) return [];
  const unmounts = state.held.flatMap((each) => {
    const course = mountCourse(state, each, params, tried);
    return course.kind === 'unmount' ? unmountChange(state, each, course.mode) : [];
  });
  if (params.state === 'released') return unmounts;
  const courses = coursesOf(state, params, tried);
  const monitors = courses.filter(({ entry }) => entry.monitor);
  const others = courses.filter(({ entry }) => !entry.monitor);
  const monitorsDone = monitors.every(({ next }) => next === 'nothing');
  return [...unmounts, ...stepsOf(state, monitors, true), ...stepsOf(state, others, monitorsDone)];
}

/** All are stopped before the first is removed: a container that runs may hold another one. */
function stepsOf(state: ProductState, courses: readonly Course[], ready: boolean): readonly ProductChange[] {
  const stops = courses.filter(({ next }) => next === 'stop');
  const removable = courses.filter(({ next }) => next !== 'nothing');
  return [
    ...stops.map(({ entry }) => stopChange(entry, ready)),
    ...removable.map(({ entry, next, free }) =>
      removeChange(state, entry.container, ready && stops.length === 0 && free, next === 'remove-again'),
    ),
  ];
}

/** Steps that will not be taken, and why: one for the whole selection, or one for each container. */
export function refuseProduct(state: ProductState, params: ProductContainersParams, tried: Tried): readonly Refusal[] {
  const wide = tooWide(state, params);
  if (wide !== undefined) return [wide];
  if (params.state === 'absent') return coursesOf(state, params, tried).flatMap(({ refusal }) => refusal ?? []);
  const refusals = new Map<string, Refusal>();
  for (const each of state.held) {
    const course = mountCourse(state, each, params, tried);
    const key = `${each.leak.namespace} ${each.leak.target.id}`;
    if (course.kind === 'stays' && !refusals.has(key)) refusals.set(key, staysRefusal(each, course));
  }
  return [...refusals.values()];
}

function tooWide({ projects }: ProductState, params: ProductContainersParams): Refusal | undefined {
  if (choosesNobody(params)) {
    return {
      what: 'the product',
      why: 'nothing says which containers are of it',
      hint: 'Give names, labels or compose_project.',
    };
  }
  if (projects.length === 0) return undefined;
  return {
    what: `containers chosen by ${[...params.names, ...params.labels].map((each) => printable(each)).join(', ')}`,
    why: `they are of several compose projects: ${projects.map((each) => printable(each)).join(', ')}`,
    hint: 'Say names in full and labels with their value, or choose by compose_project; `everything: true` takes all of them.',
  };
}

function coursesOf(state: ProductState, params: ProductContainersParams, tried: Tried): readonly Course[] {
  return state.product.map((entry) => courseOf(state, entry, params, tried));
}

function courseOf(state: ProductState, entry: ProductContainer, params: ProductContainersParams, tried: Tried): Course {
  const { container, owner } = entry;
  const what = `container ${container.name}`;
  const held = state.held.filter(({ leak, ground }) => ground === 'own' && leak.target.id === container.id);
  const course = { entry, free: held.length === 0 };
  const refused = (why: string, hint: string): Course => ({ ...course, next: 'nothing', refusal: { what, why, hint } });
  if (owner !== undefined) {
    return refused(`it belongs to ${printable(owner)}, which would make it again`, 'Remove it where it was made.');
  }
  if (isLiving(container)) {
    const answer = tried.get(stopId(container));
    if (answer === undefined) return { ...course, next: 'stop' };
    return refused(`it does not stop: ${reason(answer)}${stuckWords(state, entry)}; it was left as it is`, STUCK_HINT);
  }
  for (const each of held) {
    const next = mountCourse(state, each, params, tried);
    if (next.kind === 'stays') return { ...course, next: 'nothing', refusal: staysRefusal(each, next) };
  }
  const first = tried.get(removeId(container, false));
  if (first === undefined) return { ...course, next: 'remove' };
  const answer = tried.get(removeId(container, true));
  const half = container.dead || container.removing;
  if (half && answer === undefined) return { ...course, next: 'remove-again' };
  return refused(`Docker did not remove it: ${reason(answer ?? first)}`, 'Read what Docker says, and its log.');
}

const STUCK_HINT =
  'Look at its processes; one in state D waits for a file system or a device, and no signal ends it. Then run this again.';

function stuckWords({ tasks }: ProductState, { container }: ProductContainer): string {
  const own = tasks.filter(({ containerId }) => containerId === container.id);
  const task = own.find(({ state }) => state === 'D') ?? own[0];
  if (task === undefined) return '';
  const waits = task.waitsIn === '' ? '' : `, waiting in ${printable(task.waitsIn)}`;
  return `; its process ${task.tid} (${printable(task.command)}) is in state ${task.state}${waits}`;
}

function staysRefusal({ leak }: ProductMount, { why, hint }: MountCourse & { kind: 'stays' }): Refusal {
  return {
    what: `container ${printable(leak.target.name)}, mounted at ${place(leak)} in ${printable(leak.holder.name)}`,
    why,
    hint,
  };
}

function reason(answer: Applied | Verdict): string {
  if ('error' in answer) return answer.error.message;
  if (answer.kind === 'busy') return answer.by;
  return 'why' in answer ? answer.why : 'it was asked to';
}
