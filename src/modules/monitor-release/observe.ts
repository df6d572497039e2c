import { milliseconds } from '../../config/duration-schema.ts';
import type { Session } from '../../connection/session.ts';
import type { Gap } from '../../core/results.ts';
import { heldBy } from '../../mounts/held-by.ts';
import { containerTarget } from '../../mounts/identity.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { isLiving } from '../../mounts/living.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import { nameOnList } from '../../mounts/never-restarted.ts';
import { orphanTargets } from '../../mounts/orphans.ts';
import { bystandersOf } from '../../programs/bystanders.ts';
import { type DockerLook, whyUnsure } from '../../programs/docker-records.ts';
import { readDockerState } from '../../programs/docker-state.ts';
import { findLabelled } from '../../programs/find-labelled.ts';
import { scanMounts } from '../../programs/scan-mounts.ts';
import type { Observed } from '../module.ts';
import type { MonitorReleaseParams } from './params.ts';
import type { HeldMount, Monitor, MonitorState } from './state.ts';

/** Asks Docker for its containers; reads the mount tables only if a monitor runs. */
export async function observeMonitors(host: Session, params: MonitorReleaseParams): Promise<Observed<MonitorState>> {
  const deadlineMs = milliseconds(params.docker_deadline);
  const [answer, labelled] = await Promise.all([
    readDockerState(host, { deadlineMs, want: 'all', asked: [] }),
    findLabelled(host, params.labels, deadlineMs),
  ]);
  if (answer.kind === 'unknown') return answer;
  if (answer.kind === 'none') return { kind: 'known', state: nothing(undefined), gaps: [] };
  if (labelled.kind === 'unknown') return labelled;
  const { look } = answer;
  const trouble = whyUnsure(host.host, look);
  if (trouble !== undefined) return { kind: 'unknown', error: trouble };
  const chosen = look.state.containers.filter(
    (each) => isLiving(each) && (labelled.ids.has(each.id) || isMonitor(each, params)),
  );
  if (chosen.length === 0) return { kind: 'known', state: nothing(look), gaps: [] };
  return lookIntoMonitors(host, look, chosen, params);
}

async function lookIntoMonitors(
  host: Session,
  look: DockerLook,
  chosen: readonly ContainerState[],
  params: MonitorReleaseParams,
): Promise<Observed<MonitorState>> {
  const scan = await scanMounts(host, { all: true });
  if (scan.kind === 'unknown') return scan;
  const { view } = scan;
  const { containers, dataRoot, daemonPid } = look.state;
  const { monitors, unseen } = monitorsOf(chosen, view);
  const living = containers.filter(isLiving);
  const forgotten = orphanTargets(view, dataRoot, containers, daemonPid);
  const gone = containers.filter((each) => !isLiving(each)).map(containerTarget);
  const namespaces = new Set(monitors.map(({ namespace }) => namespace));
  const { left, copies } = heldBy(namespaces, view, [...gone, ...forgotten], living);
  const held = (leaks: readonly LeakedMount[]) => leaks.flatMap((leak) => heldMount(leak, monitors) ?? []);
  const watched = bystandersOf(living, view);
  const unreadable = view.unreadable.map(({ pid, why }) => ({ what: pid > 0 ? `process ${pid}` : 'a process', why }));
  return {
    kind: 'known',
    state: {
      ...nothing(look),
      monitors,
      view,
      held: held(params.live_copies ? [...left, ...copies] : left),
      latent: params.live_copies ? [] : held(copies),
      bystanders: watched.bystanders,
    },
    gaps: [...unseen, ...unreadable, ...watched.unseen],
  };
}

function nothing(look: DockerLook | undefined): MonitorState {
  const docker = look === undefined ? undefined : { version: look.state.version, dataRoot: look.state.dataRoot };
  return { docker, monitors: [], view: undefined, held: [], latent: [], bystanders: [] };
}

/** By name, or by the last part of its image's name: registry.example/prom/node-exporter:v1 is node-exporter. */
function isMonitor({ name, image }: ContainerState, { names, images }: MonitorReleaseParams): boolean {
  const plain = (image.split('/').at(-1) ?? '').replace(/[:@].*/s, '');
  return nameOnList([name], names) !== undefined || nameOnList([plain], images) !== undefined;
}

function monitorsOf(
  chosen: readonly ContainerState[],
  view: MountView,
): { readonly monitors: readonly Monitor[]; readonly unseen: readonly Gap[] } {
  const monitors: Monitor[] = [];
  const unseen: Gap[] = [];
  for (const { id, name, privileged, pid } of chosen) {
    const namespace = view.namespaces.find(({ tasks }) => tasks.some((task) => task.tid === pid));
    if (namespace === undefined || namespace.inode === view.hostNamespace) {
      const why =
        namespace === undefined ? `its process ${pid} was not found` : 'it lives in the mount namespace of the host';
      unseen.push({ what: `monitor ${name}`, why });
    } else monitors.push({ id, name, privileged, namespace: namespace.inode });
  }
  return { monitors, unseen };
}

/** Its own file systems are none of the others'. */
function heldMount(leak: LeakedMount, monitors: readonly Monitor[]): HeldMount | undefined {
  const monitor = monitors.find(({ namespace }) => namespace === leak.namespace);
  if (monitor === undefined || monitor.id === leak.target.id) return undefined;
  const { container } = leak.target;
  const dead = container !== undefined && (container.dead || container.removing);
  const owner = container === undefined ? 'forgotten' : isLiving(container) ? 'live' : dead ? 'dead' : 'stopped';
  return { leak, monitor, owner };
}
