import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCgroups } from '../../src/mounts/cgroup.ts';
import type { ContainerState, MountEntry, MountNamespace, MountView, NamespaceTask } from '../../src/mounts/model.ts';
import { parseMountLine } from '../../src/mounts/mountinfo.ts';

/**
 * Reads a picture of a host: `host INODE`, `own INODE`, `ns INODE user INODE`, `pin FILE`,
 * `task PID TID START COMM EXE CGROUP`, and lines of mountinfo as they stand; # begins a comment.
 */
export function viewOf(text: string): MountView {
  const namespaces: (MountNamespace & { tasks: NamespaceTask[]; pins: string[]; mounts: MountEntry[] })[] = [];
  let hostNamespace = 0;
  let ownNamespace = 0;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [word = '', ...rest] = line.split(' ');
    const current = namespaces.at(-1);
    if (word === 'host') hostNamespace = Number(rest[0]);
    else if (word === 'own') ownNamespace = Number(rest[0]);
    else if (word === 'ns') {
      const user = rest[2] === undefined ? {} : { userNamespace: Number(rest[2]) };
      namespaces.push({
        inode: Number(rest[0]),
        tasks: [],
        taskCount: 0,
        pins: [],
        mounts: [],
        chrooted: false,
        ...user,
      });
    } else if (word === 'pin') current?.pins.push(rest.join(' '));
    else if (word === 'task') current?.tasks.push(taskOf(rest));
    else {
      const mount = parseMountLine(line);
      if (mount === undefined || current === undefined) throw new Error(`no line of a picture: ${line}`);
      current.mounts.push(mount);
    }
  }
  return {
    hostNamespace,
    ownNamespace,
    namespaces: namespaces.map((each) => ({ ...each, taskCount: each.tasks.length })),
    unreadable: [],
  };
}

/** A picture from test/fixtures/mounts. */
export function fixtureView(name: string): MountView {
  return viewOf(readFileSync(resolve(import.meta.dirname, '../fixtures/mounts', name), 'utf8'));
}

/** A container with the given fields, else an unremarkable one that runs. */
export function container(fields: Partial<ContainerState> & { readonly id: string }): ContainerState {
  return {
    name: fields.id.slice(0, 12),
    image: 'image',
    status: 'running',
    dead: false,
    removing: false,
    pid: 1000,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '0001-01-01T00:00:00Z',
    restartPolicy: 'no',
    privileged: false,
    labels: {},
    ...fields,
  };
}

function taskOf([
  pid,
  tid,
  startTime = '',
  command = '',
  executable = '-',
  ...cgroup
]: readonly string[]): NamespaceTask {
  return {
    pid: Number(pid),
    tid: Number(tid),
    startTime,
    command,
    ...(executable === '-' ? {} : { executable }),
    ...readCgroups(cgroup),
  };
}
