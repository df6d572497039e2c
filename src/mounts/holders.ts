import type { Holder, HolderKind } from '../core/findings.ts';
import type { ContainerState, MountNamespace, MountView, NamespaceTask } from './model.ts';

/** What keeps a namespace: its container, Docker's own processes, a systemd unit, a plain process, or a file that pins it. */
export function holderOf(
  namespace: MountNamespace,
  view: MountView,
  containers: readonly ContainerState[] = [],
): Holder {
  const first = namespace.tasks[0];
  if (first === undefined) return withoutTasks(namespace);
  if (namespace.inode === view.hostNamespace) return of('process', 'host', first, namespace);
  const inside = namespace.tasks.find((task) => task.containerId !== undefined);
  if (inside?.containerId !== undefined) {
    const id = inside.containerId;
    return { ...of('container', containerName(id, containers), inside, namespace), containerId: id };
  }
  for (const kind of ['dockerd', 'containerd', 'shim'] as const) {
    const task = namespace.tasks.find((each) => runtimeKind(each) === kind);
    if (task !== undefined) return of(kind, programName(task), task, namespace);
  }
  return first.unit === undefined
    ? of('process', first.command, first, namespace)
    : of('unit', first.unit, first, namespace);
}

/** Name of a container as the daemon has it, or the first 12 digits of its id. */
export function containerName(id: string, containers: readonly ContainerState[]): string {
  return containers.find((each) => each.id === id)?.name ?? id.slice(0, 12);
}

/** Other tasks of a namespace than its holder, `command (pid N)`, at most five. */
export function alsoHolding(namespace: MountNamespace, holder: Holder): readonly string[] {
  return namespace.tasks
    .filter((task) => task.tid !== holder.pid)
    .slice(0, 5)
    .map((task) => `${task.command} (pid ${task.tid})`);
}

/** Which part of Docker a task is, by its program's file name (comm is cut at 15 characters); undefined if none. */
export function runtimeKind(task: NamespaceTask): 'dockerd' | 'containerd' | 'shim' | undefined {
  const name = programName(task);
  if (/^(?:docker-)?containerd-shim/.test(name) || /^conmon(?:rs)?$/.test(name)) return 'shim';
  if (/^dockerd/.test(name) || (/^docker(?:-current)?$/.test(name) && task.unit === 'docker.service')) return 'dockerd';
  if (/^(?:docker-)?containe(?:rd(?:-current)?)?$/.test(name)) return 'containerd';
  return undefined;
}

function programName(task: NamespaceTask): string {
  const file = task.executable
    ?.replace(/ \(deleted\)$/, '')
    .split('/')
    .at(-1);
  return file === undefined || file === '' ? task.command : file;
}

function of(kind: HolderKind, name: string, task: NamespaceTask, namespace: MountNamespace): Holder {
  return { kind, name, pid: task.tid, startTime: task.startTime, namespace: namespace.inode };
}

function withoutTasks(namespace: MountNamespace): Holder {
  const [pin] = namespace.pins;
  return pin === undefined
    ? { kind: 'process', name: `${namespace.taskCount} processes`, namespace: namespace.inode }
    : { kind: 'pinned', name: pin, namespace: namespace.inode };
}
