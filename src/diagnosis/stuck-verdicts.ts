import { formatDuration } from '../core/clock.ts';
import type { Finding, Severity } from '../core/findings.ts';
import { printable } from '../core/text.ts';
import { avoidOf, placeName, remedyOf, WAIT_WORDS } from './stuck-advice.ts';
import type { StuckFacts, StuckTask } from './stuck-facts.ts';
import { type Places, placesOf } from './stuck-places.ts';
import { type Wait, type WaitKind, waitOf } from './stuck-waits.ts';

/** What else is known of the host that a verdict is to name. */
export interface StuckContext {
  /** Names of containers by full id, as far as they are known. */
  readonly names: ReadonlyMap<string, string>;
  /** What the log says of a container or a task, one line each; it is told as such. */
  logOf(task: StuckTask): readonly string[];
}

/** A task that is slow ends within seconds; one that waits longer than this is not slow. */
const SLOW_MS = 10_000;

/** Functions of a stack that are told. */
const FRAMES = 8;

/** The way into the kernel, which is the same for all. */
const ENTRY = /^(?:do_syscall_64|x64_sys_call|entry_\w+|el0\w*|invoke_syscall|system_call\w*|ret_from_\w+)$/;

/** Tasks of one owner that are named. */
const NAMED = 4;

interface Group {
  readonly first: StuckTask;
  readonly wait: Wait;
  readonly tasks: StuckTask[];
}

/** One finding for each owner and kind of wait: who cannot be stopped, and for what it waits. */
export function stuckFindings(facts: StuckFacts, context: StuckContext): readonly Finding[] {
  const groups = new Map<string, Group>();
  for (const task of [...facts.tasks].sort((a, b) => b.blockedMs - a.blockedMs || a.tid - b.tid)) {
    const wait = waitOf(task);
    const key = `${task.containerId ?? task.unit ?? task.pid}:${wait.kind}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: task, wait, tasks: [task] });
    else group.tasks.push(task);
  }
  return [...groups.values()].map((group) => finding(group, facts, context));
}

function finding({ first, wait, tasks }: Group, facts: StuckFacts, context: StuckContext): Finding {
  const { kind } = wait;
  const places = placesOf(first, wait, facts);
  const { containerId } = first;
  const name = containerId === undefined ? undefined : context.names.get(containerId);
  const killed = tasks.some((task) => task.killed);
  const avoid = avoidOf(kind, places, containerId !== undefined);
  return {
    id: `stuck:${first.containerId?.slice(0, 12) ?? first.unit ?? first.pid}:${kind}`,
    kind: 'health',
    severity: severityOf(kind, first, killed),
    title: `${ownerWords(first, name)} ${predicate(first, kind, killed)}: ${waitWords(first, wait, places)}`,
    cause: WAIT_WORDS[kind].cause,
    remedy: remedyOf(kind, places, first.pid),
    ...(containerId === undefined ? {} : { containerId, containerName: name ?? containerId.slice(0, 12) }),
    evidence: [
      ...taskLines(first, facts),
      ...placeLines(first, kind, places),
      ...othersLine(tasks, facts.more),
      ...context.logOf(first),
    ],
    ...(avoid.length === 0 ? {} : { avoid }),
    data: {
      pid: first.pid,
      tids: tasks.map((task) => task.tid),
      waitsIn: first.waitsIn,
      waitsFor: kind,
      killed,
      blockedMs: first.blockedMs,
      places: places.places.map(placeName),
      proved: places.proved,
      podUid: first.podUid ?? null,
    },
  };
}

function severityOf(kind: WaitKind, task: StuckTask, killed: boolean): Severity {
  if (kind === 'paused' || kind === 'vfork') return 'info';
  if (killed) return 'critical';
  if (task.blockedMs < SLOW_MS) return 'warning';
  return task.containerId === undefined && !isRuntime(task) ? 'warning' : 'critical';
}

/** Who stands still with one of these, does so for all containers. */
function isRuntime({ command }: StuckTask): boolean {
  return /^(?:dockerd|docker-current|dockerd-current|containerd|docker-containe|crio|kubelet|runc)/.test(command);
}

function ownerWords(task: StuckTask, name: string | undefined): string {
  const { containerId, unit, pid, command, kernelThread } = task;
  if (containerId !== undefined) return `container ${printable(name ?? containerId.slice(0, 12))}`;
  const what = `${kernelThread ? 'kernel thread' : 'process'} ${pid} (${printable(command)})`;
  return unit === undefined ? what : `${what} of ${printable(unit)}`;
}

function predicate(task: StuckTask, kind: WaitKind, killed: boolean): string {
  if (kind === 'paused') return 'is paused';
  if (kind === 'vfork') return 'is in state D';
  if (task.kernelThread) return 'stands still';
  return killed || task.blockedMs >= SLOW_MS ? 'cannot be stopped' : 'may not be stopped';
}

function waitWords(task: StuckTask, { kind, sure }: Wait, { proved, places }: Places): string {
  const { what } = WAIT_WORDS[kind];
  const who = task.containerId === undefined ? 'it' : `its process ${task.pid} (${printable(task.command)})`;
  const inWords = task.waitsIn === '' ? '' : ` in ${printable(task.waitsIn)}`;
  const [place, ...others] = places;
  if (what === '') return `${who} waits${inWords === '' ? ', the kernel does not tell for what' : inWords}`;
  const perhaps = sure ? '' : 'perhaps ';
  const where =
    place === undefined
      ? ''
      : proved
        ? ` ${placeName(place)}`
        : others.length === 0
          ? `, perhaps ${placeName(place)}`
          : '';
  return `${who} waits${inWords} for ${perhaps}${what}${where}`;
}

function taskLines(task: StuckTask, facts: StuckFacts): readonly string[] {
  const thread = task.tid === task.pid ? `process ${task.pid}` : `thread ${task.tid} of process ${task.pid}`;
  const apart = formatDuration(facts.sampleMs);
  const age =
    task.blockedMs > facts.sampleMs
      ? `it has not run for at least ${formatDuration(task.blockedMs)}`
      : `since when is not known`;
  const { podUid, runtime, containerId, unit } = task;
  const owner = [
    ...(containerId === undefined
      ? []
      : [`container ${containerId.slice(0, 12)}${runtime === undefined ? '' : ` of ${runtime}`}`]),
    ...(podUid === undefined ? [] : [`pod ${podUid}`]),
    ...(unit === undefined ? [] : [`unit ${printable(unit)}`]),
  ];
  const frames = task.stack
    .filter((frame) => !ENTRY.test(frame))
    .slice(0, FRAMES)
    .map((frame) => printable(frame));
  return [
    `${thread} (${printable(task.command)}) was in state D at two looks ${apart} apart and made no progress; ${age}`,
    ...(owner.length === 0 ? [] : [`it belongs to ${owner.join(', ')}`]),
    ...(task.killed ? ['a SIGKILL is pending for it, and it has not taken it'] : []),
    frames.length === 0 ? 'its kernel stack could not be read' : `kernel stack: ${frames.join(' < ')}`,
  ];
}

function placeLines(task: StuckTask, kind: WaitKind, { proved, places }: Places): readonly string[] {
  const lines = places.slice(0, NAMED).flatMap((place) => {
    const { mount, hostPoint, device } = place;
    const facts = [
      `device ${mount.device}`,
      ...(hostPoint === mount.point ? [] : [`${printable(mount.point)} in its mount namespace`]),
      ...(hostPoint === undefined ? ['not mounted in the namespace of the host'] : []),
      ...(device?.backing === undefined ? [] : [`backed by the file ${printable(device.backing)}`]),
      ...(device?.suspended === true ? ['suspended by the device mapper'] : []),
      ...(device?.inFlight === undefined || device.inFlight === 0 || kind === 'frozen'
        ? []
        : [`${device.inFlight} requests unanswered`]),
    ];
    const head = proved ? `file descriptor ${task.call?.fd}, which it works on, lies on` : 'candidate, not proved:';
    return [`${head} ${placeName(place)}: ${facts.join('; ')}`];
  });
  return places.length > NAMED ? [...lines, `and ${places.length - NAMED} more candidates`] : lines;
}

function othersLine(tasks: readonly StuckTask[], undescribed: number): readonly string[] {
  const others = tasks.slice(1);
  if (others.length === 0) return [];
  const on = undescribed === 0 ? '' : `; ${undescribed} more on this host were not looked at closely`;
  const named = others.slice(0, NAMED).map((task) => `${task.tid} (${printable(task.command)})`);
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  return [`tasks that wait in the same way: ${named.join(', ')}${more}${on}`];
}
