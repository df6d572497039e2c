import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { UnbusyError } from '../../core/errors.ts';
import type { Finding } from '../../core/findings.ts';
import type { Gap } from '../../core/results.ts';
import type { DaemonProcess } from '../../diagnosis/daemon-facts.ts';
import type { LogFacts } from '../../diagnosis/journal-facts.ts';
import {
  containersThatMayBeGone,
  logFindings,
  logLinesOf,
  logLinesOfTask,
  readSigns,
} from '../../diagnosis/journal-verdicts.ts';
import type { StuckFacts, StuckTask } from '../../diagnosis/stuck-facts.ts';
import { placesOf } from '../../diagnosis/stuck-places.ts';
import { stuckFindings } from '../../diagnosis/stuck-verdicts.ts';
import { waitOf } from '../../diagnosis/stuck-waits.ts';
import { isWithin } from '../../mounts/paths.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { readDockerStateFromDisk } from '../../programs/docker-state-disk.ts';
import { observeStuckTasks } from '../../programs/find-stuck-tasks.ts';
import { dataRoot } from '../../programs/goroutine-file.ts';
import { observeLogSigns } from '../../programs/log-signs.ts';
import type { DockerdHealthParams } from './params.ts';

/** What was seen of the host around its daemons; undefined: it was not looked at, or could not be, and then there is a gap. */
export interface Surroundings {
  readonly stuck: StuckFacts | undefined;
  readonly logs: LogFacts | undefined;
  /** Names of containers by full id; read only if one of them is to be named. */
  readonly names: ReadonlyMap<string, string>;
  /** Containers, as the log names them, that Docker says it does not have. */
  readonly gone?: ReadonlySet<string>;
}

type Looked =
  | { readonly kind: 'known'; readonly around: Surroundings; readonly gaps: readonly Gap[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** For the files of Docker, which name its containers without a question to a daemon that may be sick. */
const NAMES_SECONDS = 5;

/** Looks for tasks in state D, and into the log. Unknown only if an answer was cut, so that nothing else may be relied on. */
export async function lookAround(
  host: Session,
  params: DockerdHealthParams,
  daemons: readonly DaemonProcess[],
): Promise<Looked> {
  const gaps: Gap[] = [];
  const search = params.stuck_tasks ? await observeStuckTasks(host) : undefined;
  if (search?.kind === 'unknown') {
    if (isLost(search.error)) return search;
    gaps.push({ what: 'tasks in state D', why: search.error.message });
  } else if (search?.partial === true)
    gaps.push({ what: 'tasks in state D', why: 'there was no time for all, or there are too many' });
  const windowMs = milliseconds(params.log_window);
  const log = windowMs > 0 ? await observeLogSigns(host, windowMs) : undefined;
  if (log?.kind === 'unknown') {
    if (isLost(log.error)) return log;
    gaps.push({ what: 'the log', why: log.error.message });
  } else gaps.push(...(log?.gaps ?? []));
  const stuck = search?.kind === 'known' ? search : undefined;
  const logs = log?.kind === 'known' ? log.facts : undefined;
  const named = namesSomebody(stuck, logs) ? await readNames(host, daemons, stuck) : { names: new Map(), gaps: [] };
  const { names } = named;
  const asked = logs === undefined || named.gaps.length > 0 ? [] : missingOf(containersThatMayBeGone(logs), names);
  const gone = await readGone(host, params, daemons, asked);
  return { kind: 'known', around: { stuck, logs, names, gone }, gaps: [...gaps, ...named.gaps] };
}

/** What is wrong around the daemons, each as a verdict. */
export function surroundingsFindings({ stuck, logs, names, gone }: Surroundings): readonly Finding[] {
  const sightings = logs === undefined ? [] : readSigns(logs);
  const logOf = (task: StuckTask) =>
    logs === undefined
      ? []
      : [
          ...(task.containerId === undefined ? [] : logLinesOf(sightings, logs, task.containerId)),
          ...logLinesOfTask(sightings, logs, taskName(task)),
        ];
  const containers = new Set(stuck?.tasks.flatMap((task) => task.containerId ?? []));
  const tasks = new Set(stuck?.tasks.map(taskName));
  return [
    ...(stuck === undefined ? [] : stuckFindings(stuck, { names, logOf })),
    ...(logs === undefined
      ? []
      : logFindings(logs, { names, stuck: containers, tasks, ...(gone === undefined ? {} : { gone }) })),
  ];
}

/** As the kernel names a task in its log. */
function taskName({ command, tid }: StuckTask): string {
  return `${command}:${tid}`;
}

function namesSomebody(stuck: StuckFacts | undefined, logs: LogFacts | undefined): boolean {
  if (stuck?.tasks.some((task) => task.containerId !== undefined) === true) return true;
  return logs !== undefined && readSigns(logs).some(({ subject }) => subject.kind === 'container');
}

/** Whoever reads from a disk or a server that does not answer waits beside the others. Of a frozen file system one may read. */
function isDead(directory: string, stuck: StuckFacts): boolean {
  return stuck.tasks.some((task) => {
    const wait = waitOf(task);
    if (wait.kind === 'frozen') return false;
    // If it were the root, nobody could look at all.
    return placesOf(task, wait, stuck).places.some(
      ({ hostPoint = '/' }) => hostPoint !== '/' && isWithin(directory, hostPoint),
    );
  });
}

async function readNames(
  host: Session,
  daemons: readonly DaemonProcess[],
  stuck: StuckFacts | undefined,
): Promise<{ readonly names: ReadonlyMap<string, string>; readonly gaps: readonly Gap[] }> {
  const daemon = daemons.find(({ role }) => role === 'dockerd');
  if (daemon === undefined) return { names: new Map(), gaps: [] };
  if (stuck !== undefined && isDead(dataRoot(daemon), stuck)) {
    const why = `a task waits for the file system of ${dataRoot(daemon)}, so that it was not read`;
    return { names: new Map(), gaps: [{ what: 'names of containers', why }] };
  }
  const question = {
    pid: String(daemon.pid),
    seconds: NAMES_SECONDS,
    daemon: 'late',
    silent: 'it was not asked',
  } as const;
  const answer = await readDockerStateFromDisk(host, question);
  if (answer.kind !== 'known') {
    const why = answer.kind === 'none' ? answer.why : answer.error.message;
    return { names: new Map(), gaps: [{ what: 'names of containers', why }] };
  }
  return { names: new Map(answer.look.state.containers.map(({ id, name }) => [id, name])), gaps: [] };
}

/** Most ids that are asked for at once. */
const ASKED = 50;

function missingOf(ids: readonly string[], names: ReadonlyMap<string, string>): readonly string[] {
  return ids.filter((id) => ![...names.keys()].some((full) => full.startsWith(id))).slice(0, ASKED);
}

/**
 * Asks the daemon, as files prove nothing here: Docker before 17 removes those of a container before its layer, so that a
 * container that stays has none. Empty if the daemon did not answer, or if there is more than one.
 */
async function readGone(
  host: Session,
  params: DockerdHealthParams,
  daemons: readonly DaemonProcess[],
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0 || daemons.filter(({ role }) => role === 'dockerd').length !== 1) return new Set();
  const answer = await readDockerState(host, { deadlineMs: milliseconds(params.deadline), want: 'dead', asked: ids });
  if (answer.kind !== 'known' || answer.look.daemon !== 'answered' || answer.look.gaps.length > 0) return new Set();
  const { containers } = answer.look.state;
  return new Set(ids.filter((id) => !containers.some((each) => each.id.startsWith(id))));
}

function isLost(error: UnbusyError): boolean {
  return error.code === 'E_PROGRAM_LOST';
}
