import type { RuntimeOwner } from './runtime-owners.ts';
import { plainRoot } from './runtime-places.ts';

/** Who was asked, and whether an answer came: only `answered` lets anything be called gone. */
export interface RuntimeAnswer {
  readonly runtime: 'containerd' | 'podman' | 'crio';
  /** Socket of a daemon; empty for podman. */
  readonly socket: string;
  readonly answer: 'answered' | 'late' | 'refused' | 'no-client';
}

/** A container that a runtime knows. */
export interface KnownContainer {
  readonly runtime: RuntimeAnswer['runtime'];
  readonly socket: string;
  readonly namespace: string;
  readonly id: string;
  /** ended: it has no task, and had one; living: anything else that the runtime says of it. */
  readonly state: 'ended' | 'living';
  readonly name: string;
}

/** What the runtimes of a host say, and what its processes show. */
export interface RuntimeFacts {
  /** Running daemons in our own pid namespace. `state` and `root` are their directories; of the kubelet only `root` is meant. */
  readonly daemons: readonly {
    readonly name: 'containerd' | 'crio' | 'kubelet';
    readonly pid: number;
    readonly state: string;
    readonly root: string;
    readonly socket: string;
  }[];
  readonly answers: readonly RuntimeAnswer[];
  readonly known: readonly KnownContainer[];
  /** Containers and sandboxes of the pods that were asked for, whether they live or not. */
  readonly pods: readonly { readonly uid: string; readonly id: string }[];
  /** Ids, and pods as podUID, that a process or a shim was seen of, in either of two looks. */
  readonly tasks: readonly { readonly token: string; readonly pid: number; readonly command: string }[];
  /** Graph roots and run roots of containers/storage whose lists of containers were read whole. */
  readonly stores: readonly string[];
  /** Their containers by layer. */
  readonly layers: readonly { readonly layer: string; readonly id: string; readonly name: string }[];
  /** Of the directories and network namespaces that were asked for, those that are there. */
  readonly directories: ReadonlySet<string>;
  readonly networks: ReadonlySet<number>;
}

/**
 * Whether a container lives. gone: nobody knows it any more; ended: its runtime knows it, and it has neither task nor process;
 * live: somebody says that it lives; unknown: somebody who would know could not be asked.
 */
export interface Standing {
  readonly kind: 'gone' | 'ended' | 'live' | 'unknown';
  readonly why: string;
}

/** The words of everybody together: one who says that it lives is enough, and one who cannot say anything leaves it unknown. */
export function standingOf(owner: RuntimeOwner, facts: RuntimeFacts): Standing {
  if (owner.used) return { kind: 'live', why: 'a process lives on it' };
  if (owner.kind === 'netns') return ofNetwork(owner, facts);
  const id = owner.id ?? containerOfLayer(owner, facts)?.id;
  const task = id === undefined ? undefined : facts.tasks.find(({ token }) => token === id);
  if (task !== undefined) return { kind: 'live', why: `its process ${task.pid} (${task.command}) lives` };
  return owner.kind === 'containerd' ? inContainerd(owner, facts) : inStorage(owner, id, facts);
}

/** The container that has a layer, if containers/storage still knows one. */
export function containerOfLayer(
  { layer }: RuntimeOwner,
  facts: RuntimeFacts,
): RuntimeFacts['layers'][number] | undefined {
  return layer === undefined ? undefined : facts.layers.find((each) => each.layer === layer.layer);
}

function ofNetwork({ id, onHost: [kept] }: RuntimeOwner, { networks }: RuntimeFacts): Standing {
  if (networks.has(Number(id))) return { kind: 'live', why: 'a process lives in that network' };
  return kept === undefined
    ? { kind: 'gone', why: 'no process lives in that network, and the host does not keep it' }
    : { kind: 'live', why: `the host keeps it at ${kept.point}` };
}

function inContainerd(owner: RuntimeOwner, facts: RuntimeFacts): Standing {
  const { root, id, namespace, layer } = owner;
  const daemon = facts.daemons.find(
    (each) => each.name === 'containerd' && [each.state, each.root].some((dir) => plainRoot(dir) === root),
  );
  if (daemon === undefined)
    return { kind: 'unknown', why: `no running containerd was found that keeps it in ${root ?? 'the host'}` };
  const silent = facts.answers.find(({ socket, answer }) => socket === daemon.socket && answer !== 'answered');
  const asked = facts.answers.some(({ socket }) => socket === daemon.socket);
  if (silent !== undefined || !asked) return { kind: 'unknown', why: unanswered('containerd', silent?.answer) };
  if (id === undefined) {
    return layer !== undefined && facts.directories.has(layer.directory)
      ? { kind: 'live', why: `containerd still has its snapshot ${layer.layer}` }
      : { kind: 'gone', why: `containerd has removed its snapshot ${layer?.layer ?? ''}` };
  }
  const known = facts.known.find(
    (each) => each.socket === daemon.socket && each.namespace === namespace && each.id === id,
  );
  return told('containerd', known);
}

function inStorage({ root }: RuntimeOwner, id: string | undefined, facts: RuntimeFacts): Standing {
  if (root === undefined || !facts.stores.some((store) => plainRoot(store) === root)) {
    return { kind: 'unknown', why: `no store of podman or CRI-O of this host is in ${root ?? 'the host'}` };
  }
  const asked = facts.answers.filter(({ runtime }) => runtime === 'podman' || runtime === 'crio');
  const silent = asked.find(({ answer }) => answer !== 'answered');
  if (silent !== undefined || asked.length === 0) {
    return { kind: 'unknown', why: unanswered(silent?.runtime ?? 'podman or CRI-O', silent?.answer) };
  }
  const name = asked.map(({ runtime }) => (runtime === 'crio' ? 'CRI-O' : runtime)).join(' and ');
  if (id === undefined) return { kind: 'gone', why: `${name} has no container with its layer` };
  const known = facts.known.filter((each) => each.runtime !== 'containerd' && each.id === id);
  return told(name, known.find(({ state }) => state === 'living') ?? known[0]);
}

function told(runtime: string, known: KnownContainer | undefined): Standing {
  if (known === undefined)
    return { kind: 'gone', why: `${runtime} does not know it any more, and no process of it lives` };
  return known.state === 'ended'
    ? { kind: 'ended', why: `${runtime} says that it has ended, and no process of it lives` }
    : { kind: 'live', why: `${runtime} says that it lives` };
}

function unanswered(runtime: string, answer: RuntimeAnswer['answer'] | undefined): string {
  if (answer === 'late') return `${runtime} did not answer in time`;
  if (answer === 'refused') return `${runtime} refused to answer`;
  return `${runtime} could not be asked: it has no client here`;
}
