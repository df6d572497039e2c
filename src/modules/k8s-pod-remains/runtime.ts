import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import { printable } from '../../core/text.ts';
import { isLiving } from '../../mounts/living.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { readRuntimeState } from '../../programs/runtime-state.ts';
import type { PodRemainsParams } from './params.ts';
import type { NodeLook, RuntimeContainer } from './verdict.ts';

/** What the runtime of a node and its processes say of pods, or a trouble of our own. */
export type RuntimeAnswers =
  | { readonly kind: 'known'; readonly look: Omit<NodeLook, 'view'> }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

const UID = 'io.kubernetes.pod.uid';

/** Asks the runtime that the node's kubelet uses, and looks for processes of the pods whatever their runtime is. */
export async function askRuntime(
  host: Session,
  runtime: string,
  uids: readonly string[],
  params: PodRemainsParams,
): Promise<RuntimeAnswers> {
  const kind = runtime.split('://')[0] ?? '';
  const deadlineMs = milliseconds(params.deadline);
  const ask = kind === 'containerd' ? (['containerd'] as const) : kind === 'cri-o' ? (['storage'] as const) : [];
  const question = { ask, ids: [], pods: uids, directories: [], networks: [], deadlineMs, pauseMs: 0 };
  const answer = await readRuntimeState(host, question);
  if (answer.kind === 'unknown') return answer;
  const { facts } = answer;
  const tasks = facts.tasks.flatMap(({ token, pid, command }) => {
    const uid = uids.find((each) => token === `pod${each}` || token === `pod${each.replaceAll('-', '_')}`);
    return uid === undefined ? [] : [{ uid, pid, command }];
  });
  if (kind === 'docker') return askDocker(host, uids, deadlineMs, tasks);
  const name = kind === 'cri-o' ? 'crio' : kind;
  const own = facts.answers.filter((each) => each.runtime === name);
  const bad = own.find((each) => each.answer !== 'answered');
  const silent =
    own.length === 0
      ? `${printable(kind)} does not run here, and the node says that it uses it`
      : bad === undefined
        ? undefined
        : `${kind} could not be asked (${bad.answer})`;
  const containers = facts.pods.map(({ uid, id }): RuntimeContainer => {
    const known = facts.known.find((each) => each.id === id);
    return { uid, id, name: known?.name ?? '', state: known?.state === 'ended' ? 'ended' : 'living' };
  });
  return { kind: 'known', look: { containers, tasks, known: [], ...(silent === undefined ? {} : { silent }) } };
}

async function askDocker(
  host: Session,
  uids: readonly string[],
  deadlineMs: number,
  tasks: NodeLook['tasks'],
): Promise<RuntimeAnswers> {
  const answer = await readDockerState(host, { deadlineMs, want: 'all', asked: [] });
  if (answer.kind === 'unknown') return answer;
  const nobody = { containers: [], tasks, known: [] };
  if (answer.kind === 'none')
    return { kind: 'known', look: { ...nobody, silent: `there is no Docker here: ${answer.why}` } };
  const { state, gaps } = answer.look;
  const [gap] = gaps;
  const silent =
    state.silent === undefined
      ? gap === undefined
        ? undefined
        : `${printable(gap.what)}: ${printable(gap.why)}`
      : `the Docker daemon does not answer: ${printable(state.silent)}`;
  const containers = state.containers.flatMap((each): readonly RuntimeContainer[] => {
    const uid = each.labels[UID];
    if (uid === undefined || !uids.includes(uid)) return [];
    const kind = each.dead || each.removing ? 'dead' : isLiving(each) ? 'living' : 'ended';
    return [{ uid, id: each.id, name: each.name, state: kind }];
  });
  return {
    kind: 'known',
    look: { ...nobody, containers, known: state.containers, ...(silent === undefined ? {} : { silent }) },
  };
}
