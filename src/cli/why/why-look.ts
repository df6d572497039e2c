import type { Session } from '../../connection/session.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Gap } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import { silenceFindings } from '../../modules/dead-containers/findings.ts';
import { deadContainersModule } from '../../modules/dead-containers/index.ts';
import { deadContainersParams } from '../../modules/dead-containers/params.ts';
import type { LeakedMount, LeakTarget } from '../../mounts/leak.ts';
import { findLeaks } from '../../mounts/leaks.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { describeOpeners, findOpeners } from '../../programs/find-openers.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { WhyAnswer } from './why-answer.ts';
import { lookAtLeaked, releaseOfPath } from './why-leaked.ts';
import { containerAt, deviceTarget, findContainer, pathTarget, type Question } from './why-target.ts';

const DOCKER_DEADLINE_MS = 10_000;
const LIVING: ReadonlySet<string> = new Set(['running', 'paused', 'restarting']);

/** How many mounts are asked for who has them open; each is a question of its own to the host. */
const OPENERS = 3;

/** Looks, and changes nothing. Throws what cannot be known or was asked wrongly. */
export async function lookWhy(session: Session, question: Question): Promise<WhyAnswer> {
  const openers = (leaks: readonly LeakedMount[]) => openersOf(session, leaks);
  if (question.kind === 'device') {
    const device = await lookAtLeaked(session, { device: question.name }, openers);
    if (device !== undefined) return device;
  }
  try {
    return await lookWithDocker(session, question);
  } catch (thrown) {
    // A container that Docker does not know may be one of containerd, podman or CRI-O.
    const unknown = thrown instanceof UnbusyError && ['E_USAGE', 'E_DAEMON_MISSING'].includes(thrown.code);
    if (!unknown || question.kind !== 'container') throw thrown;
    const other = await lookAtLeaked(session, { container: question.word }, openers);
    if (other === undefined) throw thrown;
    return other;
  }
}

async function lookWithDocker(session: Session, question: Question): Promise<WhyAnswer> {
  const docker = await readDockerState(session, { deadlineMs: DOCKER_DEADLINE_MS, want: 'all', asked: [] });
  if (docker.kind === 'unknown') throw docker.error;
  if (docker.kind === 'none' && question.kind === 'container') {
    throw new UnbusyError('E_DAEMON_MISSING', `${session.host} has no containers: ${docker.why}`, {
      host: session.host,
    });
  }
  const containers = docker.kind === 'none' ? [] : docker.look.state.containers;
  const living = containers.filter(({ status, dead, removing }) => !dead && !removing && LIVING.has(status));
  const gaps = docker.kind === 'none' ? [] : docker.look.gaps;
  const asked = askedContainer(session.host, question, containers);
  if (asked?.container !== undefined && (asked.container.dead || asked.container.removing)) {
    return lookAtDead(session, asked);
  }
  const view = await scan(session, asked, living);
  const target = asked ?? otherTarget(session.host, question, view, containers);
  const { leaks, latent } = findLeaks(view, [target], living, containers);
  const release = target.kind === 'path' && leaks.length > 0 ? await releaseOfPath(session, target.id) : undefined;
  return {
    target,
    living: living.some(({ id }) => id === target.id),
    leaks,
    latent: latent.filter(({ containerId }) => containerId === target.id),
    openers: await openersOf(session, leaks),
    plan: [],
    refusals: [],
    findings: docker.kind === 'none' ? [] : silenceFindings(docker.look.state.silent),
    gaps: [...gaps, ...unreadable(view)],
    ...release,
  };
}

/** A dead container is looked at as a sweep would, so that both say the same. */
async function lookAtDead(session: Session, target: LeakTarget): Promise<WhyAnswer> {
  const params = deadContainersParams.parse({ containers: [target.id] });
  const seen = await deadContainersModule.observe(session, params);
  if (seen.kind === 'unknown') throw seen.error;
  const { state, gaps } = seen;
  const tried = new Map();
  const { leaks } = state.leaks;
  return {
    target,
    living: false,
    leaks,
    latent: [],
    openers: await openersOf(session, leaks),
    plan: deadContainersModule.plan(state, params, tried),
    refusals: deadContainersModule.refusals?.(state, params, tried) ?? [],
    findings: (deadContainersModule.findings?.(state) ?? []).filter(
      ({ kind, containerId }) => kind !== 'leak' && containerId === target.id,
    ),
    gaps,
  };
}

/** For a container only tables with its ids matter; what a path or a device is called elsewhere is not known before. */
async function scan(
  session: Session,
  asked: LeakTarget | undefined,
  living: readonly ContainerState[],
): Promise<MountView> {
  const what = asked === undefined ? { all: true } : { tokens: asked.tokens };
  const answer = await scanMounts(session, { ...what, pids: living.map(({ pid }) => pid) });
  if (answer.kind === 'unknown') throw answer.error;
  return answer.view;
}

/** A container that is named, or that a path leads to. */
function askedContainer(
  host: string,
  question: Question,
  containers: readonly ContainerState[],
): LeakTarget | undefined {
  if (question.kind === 'container') return findContainer(host, question.word, containers);
  return question.kind === 'path' ? containerAt(question.path, containers) : undefined;
}

function otherTarget(
  host: string,
  question: Question,
  view: MountView,
  containers: readonly ContainerState[],
): LeakTarget {
  if (question.kind === 'device') return deviceTarget(host, question.name, view);
  return pathTarget(question.kind === 'path' ? question.path : question.word, containers);
}

async function openersOf(session: Session, leaks: readonly LeakedMount[]): Promise<ReadonlyMap<LeakedMount, string>> {
  const found = new Map<LeakedMount, string>();
  for (const leak of leaks.slice(0, OPENERS)) {
    const { namespace, mount } = leak;
    const answer = await findOpeners(session, { namespace, point: mount.point, device: mount.device, ids: [mount.id] });
    const openers = answer.kind === 'known' ? describeOpeners(answer) : printable(answer.error.message);
    if (openers !== '') found.set(leak, openers);
  }
  return found;
}

function unreadable(view: MountView): readonly Gap[] {
  return view.unreadable.map(({ pid, why }) => ({ what: pid > 0 ? `process ${pid}` : 'a process', why }));
}
