import type { Finding } from '../../core/findings.ts';
import { printable } from '../../core/text.ts';
import type { LeakedMount, LeakTarget } from '../../mounts/leak.ts';
import { CAUSE_WORDS, holderWords, place, REMEDY_WORDS } from '../../mounts/leak-words.ts';
import { runtimeFindings } from './runtime-findings.ts';
import type { SweepState } from './state.ts';

/** What a scan shows: one line a container and holder, never one a mount. */
export function findingsOf(state: SweepState): readonly Finding[] {
  return [
    ...silenceFindings(state.docker?.state.silent),
    ...leakFindings(state.leaks.leaks),
    ...leakFindings(state.orphans).map(forgotten),
    ...runtimeFindings(state.runtimes),
    ...stuckFindings(state),
    ...state.leaks.clean.map((target) => cleanFinding(state, target)),
    ...latentFindings(state),
    ...gapFindings(state),
  ];
}

/** A daemon that did not answer, by what was said of it; empty for one that did. */
export function silenceFindings(silent: string | undefined): readonly Finding[] {
  if (silent === undefined) return [];
  return [
    {
      id: 'daemon',
      kind: 'daemon',
      title: `the Docker daemon does not answer: ${printable(silent)}`,
      cause: 'the Docker daemon does not answer',
      remedy: 'Make it answer: look for tasks in state D, and at its goroutines; then scan again.',
    },
  ];
}

function leakFindings(all: readonly LeakedMount[]): readonly Finding[] {
  const groups = new Map<string, LeakedMount[]>();
  for (const leak of all) {
    const key = `${leak.target.id}:${leak.namespace}`;
    groups.set(key, [...(groups.get(key) ?? []), leak]);
  }
  return [...groups.values()].flatMap((leaks) => {
    const [leak] = leaks;
    return leak === undefined ? [] : [leakFinding(leak, leaks)];
  });
}

function leakFinding(leak: LeakedMount, all: readonly LeakedMount[]): Finding {
  const places = all.length === 1 ? `at ${place(leak)}` : `at ${all.length} places`;
  return {
    id: `leak:${leak.target.id.slice(0, 12)}:${leak.namespace}`,
    kind: 'leak',
    title: `dead container ${leak.target.name} is held by ${holderWords(leak.holder)}, ${places}`,
    cause: CAUSE_WORDS[leak.cause],
    remedy: REMEDY_WORDS[leak.cause],
    containerId: leak.target.id,
    containerName: leak.target.name,
    holder: leak.holder,
    path: leak.mount.point,
    data: {
      cause: leak.cause,
      namespace: leak.namespace,
      device: leak.mount.device,
      points: all.map((each) => each.mount.point),
      alsoHolding: leak.alsoHolding,
      reach: leak.reach.alive,
    },
  };
}

/** A mount of a container that Docker forgot is told as such; it has no name, only the id of its layer. */
function forgotten(finding: Finding): Finding {
  return {
    ...finding,
    title: finding.title.replace(/^dead container (\S+)/, 'container $1, which Docker does not know any more,'),
    remedy: 'Restart or recreate the holder; a sweep only reports it.',
  };
}

/** Tasks in state D of containers that are not dead: no sweep helps them, and nothing here is a leak. */
function stuckFindings(state: SweepState): readonly Finding[] {
  const targets = new Set(state.targets.map((target) => target.id));
  return state.stuck.flatMap((task) => {
    const { containerId } = task;
    if (containerId === undefined || targets.has(containerId)) return [];
    const name =
      state.docker?.state.containers.find((each) => each.id === containerId)?.name ?? containerId.slice(0, 12);
    const waits = task.waitsIn === '' ? '' : `, waiting in ${printable(task.waitsIn)}`;
    return [
      {
        id: `stuck:${task.tid}`,
        kind: 'not-a-leak',
        title: `container ${name} has task ${task.tid} (${printable(task.command)}) in state D${waits}; Docker cannot end it`,
        cause: 'a process in state D, which no signal ends',
        remedy: 'Repair or unfreeze the file system that it waits for.',
        containerId,
        containerName: name,
        data: { pid: task.pid, tid: task.tid, waitsIn: task.waitsIn },
      },
    ];
  });
}

function cleanFinding(state: SweepState, target: LeakTarget): Finding {
  const base = { containerId: target.id, containerName: target.name };
  const id = target.id.slice(0, 12);
  const obstacles = state.obstacles.get(target.id);
  const task = state.tasks.find((each) => each.containerId === target.id);
  if (task !== undefined) {
    const stuck = task.state === 'D';
    const waits = task.waitsIn === '' ? '' : `, waiting in ${printable(task.waitsIn)}`;
    return {
      ...base,
      id: `not-a-leak:${id}`,
      kind: 'not-a-leak',
      title: `dead container ${target.name} still has process ${task.tid} (${printable(task.command)}), state ${task.state}${waits}`,
      cause: stuck ? 'a process in state D, which no signal ends' : 'a process of the container still lives',
      remedy: stuck ? 'Repair or unfreeze the file system that it waits for.' : 'End the process.',
      data: { tid: task.tid, state: task.state, waitsIn: task.waitsIn },
    };
  }
  const [file] = obstacles?.immutable ?? [];
  if (file !== undefined) {
    return {
      ...base,
      id: `not-a-leak:${id}`,
      kind: 'not-a-leak',
      title: `dead container ${target.name} has the immutable file ${printable(file)}`,
      cause: 'an immutable file, which even root cannot remove',
      remedy: 'Find out who made it immutable, then chattr -i it.',
      path: file,
    };
  }
  const removing = target.container?.removing === true;
  return {
    ...base,
    id: `dead:${id}`,
    kind: 'dead-container',
    title: `container ${target.name} is ${removing ? 'said to be under removal' : 'dead'}, and ${unheld(state)}`,
    cause: 'what held it is gone, or its removal was interrupted',
    remedy: 'Remove it with docker rm.',
    ...(obstacles === undefined || obstacles.missing.length === 0 ? {} : { data: { missing: obstacles.missing } }),
  };
}

/** What was not looked at may hold it. */
function unheld(state: SweepState): string {
  const seen = state.view !== undefined && state.view.unreadable.length === 0;
  return seen ? 'nothing holds it' : 'nothing was seen to hold it, but not everything could be looked at';
}

function latentFindings(state: SweepState): readonly Finding[] {
  const byHolder = new Map<string, (typeof state.leaks.latent)[number][]>();
  for (const copy of state.leaks.latent) {
    const key = `${copy.containerId}:${copy.namespace}`;
    byHolder.set(key, [...(byHolder.get(key) ?? []), copy]);
  }
  return [...byHolder.values()].flatMap((copies) => {
    const [copy] = copies;
    if (copy === undefined) return [];
    const name = state.docker?.state.containers.find((each) => each.id === copy.containerId)?.name ?? copy.containerId;
    const title = `${holderWords(copy.holder)} has a private copy of running container ${name}, which will leak when that is removed`;
    return [
      {
        id: `latent:${copy.containerId.slice(0, 12)}:${copy.namespace}`,
        kind: 'latent',
        title,
        cause: 'a private copy of what still runs',
        remedy:
          copy.holder.kind === 'unit'
            ? 'Let the service hear of unmounts, or restart it (holder_propagation, private-tmp-holders.yml).'
            : 'Start the holder with its binds as rslave (HostToContainer in Kubernetes).',
        containerId: copy.containerId,
        containerName: name,
        holder: copy.holder,
        path: copy.point,
      },
    ];
  });
}

function gapFindings(state: SweepState): readonly Finding[] {
  const unreadable = state.view?.unreadable ?? [];
  const [first] = unreadable;
  if (first === undefined) return [];
  return [
    {
      id: 'gap',
      kind: 'gap',
      title: `${unreadable.length} processes could not be looked at; the first: pid ${first.pid}, ${printable(first.why)}`,
      cause: 'not everything could be looked at',
      remedy: 'Run as root, outside of a container, with CAP_SYS_PTRACE.',
    },
  ];
}
