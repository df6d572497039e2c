import { printable } from '../../core/text.ts';
import { isLiving } from '../../mounts/living.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import type { RuntimeFacts } from '../../mounts/runtime-standing.ts';
import type { LeakedMountsParams } from './params.ts';
import type { Unseen } from './state.ts';

const FULL_ID = /^[0-9a-f]{64}$/;
const BEGINNING = /^[0-9a-f]{12,63}$/;

/** The container of Docker's that a name, an id, the beginning of one, or the id of a layer means. */
export function dockersOwn(word: string, containers: readonly ContainerState[]): ContainerState | undefined {
  return (
    containers.find(({ id, name, mountId }) => [id, name, mountId].includes(word)) ??
    (BEGINNING.test(word) ? containers.find(({ id }) => id.startsWith(word)) : undefined)
  );
}

/** A container of Docker's is for another playbook, whatever its state. */
export function refuseDockers(container: ContainerState): Unseen {
  const { name, status, dead, removing } = container;
  if (isLiving(container)) {
    const hint = 'What lives is never touched; for its state: unbusy why HOST NAME.';
    return { kind: 'refused', why: `it is a container of Docker's, ${printable(name)}, and it lives: ${status}`, hint };
  }
  const state = dead ? 'dead' : removing ? 'removal in progress' : status;
  const hint =
    dead || removing
      ? 'Use playbooks/sweep-dead.yml: it releases and removes what Docker has left dead.'
      : 'Docker still keeps it: remove it with docker rm; if that leaves it dead, use playbooks/sweep-dead.yml.';
  return { kind: 'refused', why: `it is a container of Docker's, ${printable(name)} (${printable(state)})`, hint };
}

/**
 * What the other runtimes say of it. A full id is never given twice: of one that nobody knows it is believed that it is gone.
 * A name that nobody knows may as well be a mistake in writing.
 */
export function judgeUnseen(
  { container = '', runtime }: LeakedMountsParams,
  facts: RuntimeFacts,
  view: MountView,
): Unseen {
  const silent = facts.answers.find((each) => each.answer !== 'answered' && isAsked(each.runtime, runtime));
  const ids = idsOf(container, facts);
  const task = facts.tasks.find(({ token }) => ids.includes(token));
  const known = facts.known.filter(
    (each) => isAsked(each.runtime, runtime) && (ids.includes(each.id) || each.name === container),
  );
  const living = known.find(({ state }) => state === 'living');
  if (task !== undefined || living !== undefined) {
    const who =
      task === undefined ? `${living?.runtime} says so` : `its process ${task.pid} (${printable(task.command)})`;
    return refused(`it lives: ${who}`, 'End the container first; what lives is never touched.');
  }
  if (silent !== undefined) return unasked(`${silent.runtime} did not answer (${silent.answer})`);
  const named = ids.map((id) => mountNaming(id, view)).find((point) => point !== undefined);
  if (named !== undefined) {
    return refused(
      `whose ${printable(named)} is, no runtime says: it has that id in its name, and it is mounted`,
      'Look at it with `unbusy why HOST PATH`, and release it by its path: -e path=PATH.',
    );
  }
  const [ended] = known;
  if (ended !== undefined) return clear(`${ended.runtime} knows container ${container} as ended`);
  if (FULL_ID.test(container)) return clear(`no runtime of the host knows ${container.slice(0, 12)}`);
  return refused(
    'nobody knows a container of that name: neither Docker nor another runtime of the host, and no mount of it was seen',
    'Look at the spelling, and with `unbusy scan` for what there is. One that was released and removed looks the same; a full id tells them apart.',
  );
}

function isAsked(runtime: string, wanted: LeakedMountsParams['runtime']): boolean {
  return wanted === undefined || wanted === runtime;
}

/** The word itself, what it begins, and the containers that have it as their layer or their name. */
function idsOf(word: string, { known, layers }: RuntimeFacts): readonly string[] {
  const begins = BEGINNING.test(word) ? known.flatMap(({ id }) => (id.startsWith(word) ? [id] : [])) : [];
  const owners = layers.flatMap(({ layer, id, name }) => (layer === word || name === word ? [id] : []));
  const named = known.flatMap(({ id, name }) => (name === word ? [id] : []));
  return [word, ...begins, ...owners, ...named];
}

/** A mount point of any namespace that has a full id in it: somebody's leak whom no runtime remembers. A name may be a word of any path. */
function mountNaming(id: string, view: MountView): string | undefined {
  if (!FULL_ID.test(id)) return undefined;
  const mounts = view.namespaces.flatMap(({ mounts = [] }) => mounts);
  return mounts.find((each) => [each.point, each.root, each.superOptions].some((text) => text.includes(id)))?.point;
}

function unasked(why: string): Unseen {
  return refused(
    `no mount of it was seen, and whether anybody knows it is not known: ${printable(why)}`,
    'Make the runtime answer; then run this again.',
  );
}

function refused(why: string, hint: string): Unseen {
  return { kind: 'refused', why, hint };
}

function clear(title: string): Unseen {
  return {
    kind: 'clear',
    title: `${printable(title)}, and no mount of it was seen in any namespace`,
    ground: 'every runtime that runs here was asked',
  };
}
