import { printable } from '../../core/text.ts';
import { podCgroupTokens } from '../../mounts/kubelet-places.ts';
import { isLiving } from '../../mounts/living.ts';
import type { RuntimeFacts } from '../../mounts/runtime-standing.ts';
import type { DockerAnswer } from '../../programs/docker-records.ts';
import type { NodeLook, RuntimeContainer } from './verdict.ts';

type Answers = Omit<NodeLook, 'view'>;

/** Label that kubelets give every container and sandbox (kubernetes, pkg/kubelet/types/labels.go). */
const UID = 'io.kubernetes.pod.uid';

/** `containerd` of containerd://1.7.2, as a node tells its runtime. */
export function runtimeKind(runtime: string): string {
  return runtime.split('://')[0] ?? '';
}

/** What containerd or CRI-O say of pods. Another runtime, or one that does not run here, leaves everything unknown. */
export function fromRuntime(kind: string, facts: RuntimeFacts, uids: readonly string[]): Answers {
  const own = facts.answers.filter(({ runtime }) => runtime === (kind === 'cri-o' ? 'crio' : kind));
  const bad = own.find(({ answer }) => answer !== 'answered');
  const containers = facts.pods.map(({ uid, id }): RuntimeContainer => {
    const known = facts.known.find((each) => each.id === id);
    return { uid, id, name: known?.name ?? '', state: known?.state === 'ended' ? 'ended' : 'living' };
  });
  const silent =
    own.length === 0
      ? `the node says that it uses ${printable(kind)}, which was not found here`
      : bad === undefined
        ? undefined
        : `${kind} could not be asked (${bad.answer})`;
  return { containers, known: [], ...tasksAnd(facts, uids, silent) };
}

/** What Docker says of pods; a daemon that is silent, or a container that it cannot tell of, leaves everything unknown. */
export function fromDocker(
  answer: Exclude<DockerAnswer, { readonly kind: 'unknown' }>,
  facts: RuntimeFacts,
  uids: readonly string[],
): Answers {
  if (answer.kind === 'none')
    return { containers: [], known: [], ...tasksAnd(facts, uids, `the node says that it uses Docker: ${answer.why}`) };
  const { state, gaps } = answer.look;
  const [gap] = gaps;
  const unread = gap === undefined ? undefined : `${printable(gap.what)}: ${printable(gap.why)}`;
  const silent = state.silent === undefined ? unread : `the Docker daemon does not answer: ${printable(state.silent)}`;
  const containers = state.containers.flatMap((each): readonly RuntimeContainer[] => {
    const uid = each.labels[UID];
    if (uid === undefined || !uids.includes(uid)) return [];
    const kind = each.dead || each.removing ? 'dead' : isLiving(each) ? 'living' : 'ended';
    return [{ uid, id: each.id, name: each.name, state: kind }];
  });
  return { containers, known: state.containers, ...tasksAnd(facts, uids, silent) };
}

function tasksAnd(
  facts: RuntimeFacts,
  uids: readonly string[],
  silent: string | undefined,
): Pick<Answers, 'tasks' | 'silent'> {
  const tasks = facts.tasks.flatMap(({ token, pid, command }) => {
    const uid = uids.find((each) => podCgroupTokens(each).includes(token));
    return uid === undefined ? [] : [{ uid, pid, command }];
  });
  return { tasks, ...(silent === undefined ? {} : { silent }) };
}
