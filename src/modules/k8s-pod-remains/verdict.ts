import type { PodRemains } from '../../core/pods.ts';
import { printable } from '../../core/text.ts';
import { holderOf } from '../../mounts/holders.ts';
import { holderWords } from '../../mounts/leak-words.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { components } from '../../mounts/paths.ts';
import type { LookedPod } from './params.ts';

/** A container of a pod, as its runtime tells of it. */
export interface RuntimeContainer {
  readonly uid: string;
  readonly id: string;
  readonly name: string;
  /** dead: its runtime could not remove it; ended: its kubelet removes it; living: anything else. */
  readonly state: 'dead' | 'ended' | 'living';
}

/** Everything that was asked about the pods of one node. */
export interface NodeLook {
  /** Why its runtime cannot be relied on; undefined: it answered. */
  readonly silent?: string;
  readonly containers: readonly RuntimeContainer[];
  /** Processes in a cgroup of the pod. */
  readonly tasks: readonly { readonly uid: string; readonly pid: number; readonly command: string }[];
  readonly view: MountView;
  /** All containers that Docker knows, for their names. */
  readonly known: readonly ContainerState[];
}

/** What is left of a pod. Somebody who could not be asked makes it unknown, unless something lives for sure. */
export function remainsOf(pod: LookedPod, look: NodeLook): PodRemains {
  const { uid, namespace, name } = pod;
  const containers = look.containers.filter((each) => each.uid === uid);
  const living = [
    ...containers.filter(({ state }) => state === 'living').map((each) => `${words(each)} lives`),
    ...look.tasks
      .filter((each) => each.uid === uid)
      .map((task) => `process ${printable(task.command)} (pid ${task.pid}) lives`),
  ];
  const base = { uid, namespace, name };
  if (living.length > 0) return { ...base, verdict: 'remains', alive: true, what: living };
  const [gap] = look.view.unreadable;
  const doubts = [
    ...(look.silent === undefined ? [] : [look.silent]),
    ...(gap === undefined ? [] : [`process ${gap.pid} could not be looked at: ${printable(gap.why)}`]),
  ];
  if (doubts.length > 0) return { ...base, verdict: 'unknown', alive: false, what: doubts };
  const what = [
    ...containers.map((each) =>
      each.state === 'dead' ? `${words(each)} is dead` : `${words(each)} has ended and is not removed`,
    ),
    ...mountsOf(pod, containers, look).map(({ words: mounted }) => mounted),
  ];
  return { ...base, verdict: what.length === 0 ? 'gone' : 'remains', alive: false, what };
}

/** A mount that names a pod, or one of its containers. */
export interface NamedMount {
  /** Uid of the pod, or full id of the container. */
  readonly token: string;
  /** True for one of the host itself, which is its kubelet's or its runtime's to unmount. */
  readonly onHost: boolean;
  readonly words: string;
}

/** Mounts of a pod in any namespace, known by whole components of their place and of their root. */
export function mountsOf(
  pod: LookedPod,
  containers: readonly RuntimeContainer[],
  { view, known }: Pick<NodeLook, 'view' | 'known'>,
): readonly NamedMount[] {
  const own = containers.filter(({ uid }) => uid === pod.uid).map(({ id }) => id);
  const tokens = new Set([pod.uid, ...pod.containers, ...own]);
  return view.namespaces.flatMap((namespace) => {
    const holder = holderWords(holderOf(namespace, view, known));
    return (namespace.mounts ?? []).flatMap(({ point, root }) => {
      const token = [...components(point), ...components(root)].findLast((part) => tokens.has(part));
      const onHost = namespace.inode === view.hostNamespace;
      return token === undefined ? [] : [{ token, onHost, words: `${printable(point)} is mounted in ${holder}` }];
    });
  });
}

function words({ id, name }: RuntimeContainer): string {
  return `container ${name === '' ? id.slice(0, 12) : printable(name)}`;
}
