import type { LeakedMount } from '../../mounts/leak.ts';
import type { NamespaceTask } from '../../mounts/model.ts';
import type { SweepState } from './state.ts';

/** What is never restarted, whatever the playbook says: the host, the way into it, the runtimes, and what holds data. */
const NEVER_RESTARTED = [
  'host',
  'init*',
  'systemd*',
  'user@*',
  'dbus*',
  'sshd*',
  'ssh.service',
  'dockerd*',
  'docker.service',
  'docker.socket',
  'containerd*',
  'crio*',
  'kubelet*',
  'ceph-*',
  'etcd*',
  'mysql*',
  'mariadb*',
  'mongo*',
  'postgres*',
  'redis*',
  'NetworkManager*',
  'network*',
  'multipathd*',
  'iscsid*',
] as const;

/** The name because of which nothing may be done in the namespace of a leak; undefined if none is on the list. */
export function neverName(state: SweepState, leak: LeakedMount, never: readonly string[]): string | undefined {
  return namesIn(state, leak).find((name) => never.some((glob) => matches(glob, name)));
}

/** Why the holder of a leak may not be restarted: its kind, or a name on a list; undefined if it may. */
export function neverRestarted(state: SweepState, leak: LeakedMount, never: readonly string[]): string | undefined {
  const { kind, name, containerId } = leak.holder;
  if (kind !== 'container' && kind !== 'unit') return 'only containers and services can be restarted';
  if (kind === 'unit' && !name.endsWith('.service')) return 'only containers and services can be restarted';
  const image = state.docker?.state.containers.find((each) => each.id === containerId)?.image;
  const names = [...namesIn(state, leak), ...(image === undefined ? [] : imageNames(image))];
  const found = names.find((each) => [...never, ...NEVER_RESTARTED].some((glob) => matches(glob, each)));
  return found === undefined ? undefined : `what runs ${found} is never restarted`;
}

/** All that a namespace may be called: its holder, and the containers, units and programs of the tasks that were looked at. */
function namesIn(state: SweepState, { holder, namespace }: LeakedMount): readonly string[] {
  const own = [...withoutSuffix(holder.name), ...idsOf(holder.containerId)];
  if (namespace === state.view?.hostNamespace) return own;
  const tasks = state.view?.namespaces.find((each) => each.inode === namespace)?.tasks ?? [];
  return [...new Set([...own, ...tasks.flatMap((task) => namesOf(state, task))])];
}

function namesOf(state: SweepState, { command, executable, unit, containerId }: NamespaceTask): readonly string[] {
  const program =
    executable
      ?.replace(/ \(deleted\)$/, '')
      .split('/')
      .at(-1) ?? command;
  const container = state.docker?.state.containers.find((each) => each.id === containerId)?.name;
  return [
    command,
    program,
    ...(unit === undefined ? [] : withoutSuffix(unit)),
    ...(container === undefined ? [] : [container]),
    ...idsOf(containerId),
  ];
}

/** A unit is also meant by its name without the suffix. */
function withoutSuffix(name: string): readonly string[] {
  return [name, name.replace(/\.(?:service|scope)$/, '')];
}

/** A container is also meant by its id. */
function idsOf(containerId: string | undefined): readonly string[] {
  return containerId === undefined ? [] : [containerId, containerId.slice(0, 12)];
}

/** `registry.example/data/postgres:16` is postgres. */
function imageNames(image: string): readonly string[] {
  return [(image.split('/').at(-1) ?? '').replace(/[:@].*/s, '')];
}

/** Only * and ? are special. */
function matches(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's').test(name);
}
