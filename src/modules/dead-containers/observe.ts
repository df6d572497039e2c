import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { StuckTask } from '../../diagnosis/stuck-facts.ts';
import { waitOf } from '../../diagnosis/stuck-waits.ts';
import { containerTarget } from '../../mounts/identity.ts';
import type { LeakSet, LeakTarget } from '../../mounts/leak.ts';
import { findLeaks } from '../../mounts/leaks.ts';
import { isLiving } from '../../mounts/living.ts';
import type { MountView } from '../../mounts/model.ts';
import { orphanTargets } from '../../mounts/orphans.ts';
import { surveyOf } from '../../mounts/survey.ts';
import { bystandersOf } from '../../programs/bystanders.ts';
import type { DockerLook } from '../../programs/docker-records.ts';
import { type LateDaemon, readDockerState } from '../../programs/docker-state.ts';
import { findContainerTasks } from '../../programs/find-container-tasks.ts';
import { findObstacles, type Obstacles } from '../../programs/find-obstacles.ts';
import { findStuckTasks } from '../../programs/find-stuck-tasks.ts';
import { lookAtRuntimes, NOTHING_LEFT } from '../../programs/look-at-runtimes.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Observed } from '../module.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepState } from './state.ts';
import { livingOf, selectTargets } from './targets.ts';

const NO_LEAKS: LeakSet = { leaks: [], clean: [], latent: [] };

/**
 * Asks Docker; looks into the mount namespaces only if something is dead, so that a host as wanted costs one question. With
 * `late`, the daemon was silent to another look a moment ago, and is left in peace.
 */
export async function observeSweep(
  host: Session,
  params: DeadContainersParams,
  late?: LateDaemon,
): Promise<Observed<SweepState>> {
  const asked = params.containers === 'all' ? [] : params.containers;
  const want = params.orphans ? 'all' : 'dead';
  const deadlineMs = milliseconds(params.docker_deadline);
  const answer = await readDockerState(host, { deadlineMs, want, asked, late });
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'none')
    return params.orphans
      ? lookWithoutDocker(host, answer.why)
      : { kind: 'known', state: nothing(undefined, answer.why), gaps: [] };
  const { look } = answer;
  const { targets, passedOver } = selectTargets(look, params);
  const { daemon } = look;
  if (targets.length === 0 && (daemon === 'late' || daemon === 'refused' || daemon === 'no-client')) {
    return { kind: 'unknown', error: silentError(host.host, look) };
  }
  const [unread] = look.gaps;
  if (targets.length === 0 && daemon === 'answered' && unread !== undefined) {
    return { kind: 'unknown', error: unreadError(host.host, unread) };
  }
  const gaps: Gap[] = [...look.gaps, ...silence(look)];
  const base = { ...nothing(look), targets, passedOver };
  const notDead = passedOver.some((each) => each.why === 'not-dead');
  const stuck = params.orphans || notDead ? await findStuckTasks(host) : undefined;
  if (stuck?.kind === 'unknown') gaps.push({ what: 'tasks in state D', why: stuck.error.message });
  const state = { ...base, stuck: stuck?.kind === 'known' ? stuck.tasks.filter(cannotEnd) : [] };
  if (targets.length === 0 && !params.orphans) return { kind: 'known', state, gaps };
  return lookIntoNamespaces(host, look, targets, state, gaps, params.orphans);
}

/** A paused container is in state D too, and ends as soon as it is told to go on. */
function cannotEnd(task: StuckTask): boolean {
  return waitOf(task).kind !== 'paused';
}

/** A host of another runtime: there may be leaks all the same. */
async function lookWithoutDocker(host: Session, why: string): Promise<Observed<SweepState>> {
  const [scan, stuck] = await Promise.all([scanMounts(host, { all: true }), findStuckTasks(host)]);
  if (scan.kind === 'unknown') return scan;
  const { view } = scan;
  const runtimes = await lookAtRuntimes(host, view, [], [], () => surveyOf(view, [], []));
  const tasks = stuck.kind === 'known' ? stuck.tasks : [];
  const unseen = stuck.kind === 'known' ? [] : [{ what: 'tasks in state D', why: stuck.error.message }];
  return {
    kind: 'known',
    state: { ...nothing(undefined, why), view, stuck: tasks, runtimes },
    gaps: [...unseen, ...runtimes.gaps, ...unreadableOf(view)],
  };
}

async function lookIntoNamespaces(
  host: Session,
  look: DockerLook,
  targets: readonly LeakTarget[],
  base: SweepState,
  gaps: readonly Gap[],
  all: boolean,
): Promise<Observed<SweepState>> {
  const living = livingOf(look);
  const daemon = look.state.daemonPid;
  const pids = [...living.map((container) => container.pid), ...(daemon === undefined ? [] : [daemon])];
  const ids = targets.map((target) => target.id);
  const [scan, tasks] = await Promise.all([
    scanMounts(host, { tokens: targets.flatMap((target) => target.tokens), pids, all }),
    findContainerTasks(host, ids),
  ]);
  if (scan.kind === 'unknown') return scan;
  if (tasks.kind === 'unknown') return tasks;
  const { view } = scan;
  const { containers, dataRoot } = look.state;
  const leaks = findLeaks(view, targets, living, containers);
  const forgotten = all ? orphanTargets(view, dataRoot, containers, daemon) : [];
  const orphans = forgotten.length === 0 ? [] : findLeaks(view, forgotten, living, containers).leaks;
  const { bystanders, unseen } = bystandersOf(living, view);
  const obstacles = await searchObstacles(host, look, leaks.clean);
  const runtimes = all
    ? await lookAtRuntimes(host, view, living, containers, () =>
        surveyOf(view, [...containers.filter((each) => !isLiving(each)).map(containerTarget), ...forgotten], living),
      )
    : NOTHING_LEFT;
  return {
    kind: 'known',
    state: { ...base, view, leaks, orphans, runtimes, tasks: tasks.tasks, bystanders, obstacles: obstacles.found },
    gaps: [...gaps, ...unreadableOf(view), ...unseen, ...obstacles.gaps, ...runtimes.gaps],
  };
}

function unreadableOf(view: MountView): readonly Gap[] {
  return view.unreadable.map(({ pid, why }) => ({ what: pid > 0 ? `process ${pid}` : 'a process', why }));
}

function nothing(docker: DockerLook | undefined, noDocker?: string): SweepState {
  const empty = {
    targets: [],
    passedOver: [],
    orphans: [],
    stuck: [],
    tasks: [],
    bystanders: [],
    runtimes: NOTHING_LEFT,
  };
  return {
    docker,
    ...empty,
    view: undefined,
    leaks: NO_LEAKS,
    obstacles: new Map(),
    ...(noDocker === undefined ? {} : { noDocker }),
  };
}

/** Files that name no dead container do not make a host healthy whose daemon does not answer. */
function silentError(host: string, { state }: DockerLook): UnbusyError {
  const why = `Docker: ${printable(state.silent ?? 'no answer')}; what it last wrote to ${printable(state.dataRoot)} names no dead container`;
  return new UnbusyError('E_DAEMON_SILENT', why, {
    host,
    hint: 'Make the daemon answer again: look for tasks in state D, and at its log; then run this once more.',
  });
}

/** What cannot be looked at may be the one that is dead. */
function unreadError(host: string, { what, why }: Gap): UnbusyError {
  return new UnbusyError('E_UNKNOWN', `Docker lists ${printable(what)}, but ${printable(why)}`, {
    host,
    hint: 'Ask for it by hand with docker inspect, and read the log of the daemon; then run this once more.',
  });
}

function silence(look: DockerLook): readonly Gap[] {
  const { silent } = look.state;
  return silent === undefined
    ? []
    : [{ what: 'the Docker daemon', why: `${silent}; its state was read from ${look.state.dataRoot} instead` }];
}

/** For dead containers that nothing holds: what else may keep Docker from removing them. */
async function searchObstacles(
  host: Session,
  look: DockerLook,
  targets: readonly LeakTarget[],
): Promise<{ readonly found: ReadonlyMap<string, Obstacles>; readonly gaps: readonly Gap[] }> {
  const answers = await Promise.all(targets.map((target) => findObstacles(host, directoriesOf(look, target))));
  const found = new Map<string, Obstacles>();
  const gaps: Gap[] = [];
  targets.forEach((target, index) => {
    const answer = answers[index];
    if (answer === undefined) return;
    if (answer.kind === 'unknown') gaps.push({ what: `container ${target.name}`, why: answer.error.message });
    else found.set(target.id, answer.obstacles);
  });
  return { found, gaps };
}

/** What Docker removes with a container: its own directory, and its layer for drivers that keep one in a directory. */
function directoriesOf(look: DockerLook, target: LeakTarget): readonly string[] {
  const { dataRoot, driver } = look.state;
  if (dataRoot === '') return [];
  const mountId = target.container?.mountId;
  const layered = mountId !== undefined && /overlay|^aufs$|^vfs$/.test(driver);
  const layer = driver === 'aufs' ? 'aufs/diff' : driver === 'vfs' ? 'vfs/dir' : driver;
  return [`${dataRoot}/containers/${target.id}`, ...(layered ? [`${dataRoot}/${layer}/${mountId}`] : [])];
}
