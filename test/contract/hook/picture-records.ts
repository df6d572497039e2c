import type { SweepState } from '../../../src/modules/dead-containers/state.ts';
import type { ContainerState, MountView } from '../../../src/mounts/model.ts';
import type { MountPointDirectory } from '../../../src/programs/docker-records.ts';

/** What a hook is given to decide on, as the programs of a host print it. */
export interface PictureOfHost {
  /** As viewOf of test/support reads it. */
  readonly picture: string;
  readonly containers: readonly ContainerState[];
  readonly daemon: string;
  readonly directories?: readonly MountPointDirectory[];
  readonly unreadable?: MountView['unreadable'];
  readonly tasks?: SweepState['tasks'];
  /** Outcome by id of a change. */
  readonly tried?: Readonly<Record<string, string>>;
}

/** The labels that docker-state asks for, in its order. */
const LABELS = [
  'io.kubernetes.pod.namespace',
  'io.kubernetes.pod.name',
  'io.kubernetes.pod.uid',
  'com.docker.compose.project',
  'com.docker.swarm.service.name',
];

/** The records of docker-state, scan-mounts and find-container-tasks for a picture of a host. */
export function recordsOf(host: PictureOfHost): string {
  const lines = [
    'section\tdocker',
    ...host.containers.map(containerRecord),
    ...(host.directories ?? []).map(({ identity, path }) => `directory\t${identity}\t2\t${field(path)}`),
    `daemon\t${host.daemon}\twhy`,
    'section\tscan',
    ...scanRecords(host.picture),
    ...(host.unreadable ?? []).map(({ pid, why }) => `unreadable\t${pid}\t${field(why)}`),
    'section\ttasks',
    ...(host.tasks ?? []).map(
      (each) => `task\t${each.containerId}\t${each.tid}\t${each.state}\t${each.command}\t${each.waitsIn}`,
    ),
    'section\ttried',
    ...Object.entries(host.tried ?? {}).map(([id, outcome]) => `tried\t${field(outcome)}\t${field(id)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function containerRecord(container: ContainerState): string {
  const { id, name, image, status, dead, pid, startedAt, finishedAt, restartPolicy, privileged, rootPath, labels } =
    container;
  const running = ['running', 'paused', 'restarting'].includes(status) && !dead;
  const json = [
    `/${name}`,
    image,
    status,
    running,
    dead,
    pid,
    startedAt,
    finishedAt,
    restartPolicy,
    privileged,
    rootPath ?? null,
    [...LABELS.map((label) => labels[label] ?? null), null],
  ];
  const fields = [
    id,
    ...json.map((each) => JSON.stringify(each)),
    container.removing ? 'Removal In Progress' : '',
    container.mountId ?? '',
  ];
  return ['container', ...fields.map(field)].join('\t');
}

/** Tables first, then who lives there, as scan-mounts prints them. */
function scanRecords(picture: string): readonly string[] {
  const head: string[] = [];
  const tail: string[] = [];
  let inode = '';
  for (const line of picture.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [word = '', ...rest] = line.split(' ');
    if (word === 'host' || word === 'own') head.push(`${word}\t${rest[0]}`);
    else if (word === 'ns') {
      inode = rest[0] ?? '';
      head.push(`table\t${inode}\t1`);
      tail.push(`ns\t${inode}\tTASKS-OF-${inode}\t${rest[2] ?? '-'}`);
    } else if (word === 'pin') head.push(`pin\t${inode}\t${field(rest.join(' '))}`);
    else if (word === 'task') {
      const [pid, tid, start, command, executable = '-', ...cgroups] = rest;
      tail.push(
        `task\t${inode}\t${pid}\t${tid}\t${start}\t${command}\t${executable === '-' ? '' : executable}\t${field(cgroups.join('\n'))}`,
      );
    } else head.push(`mount\t${field(line)}`);
  }
  const count = (of: string) => tail.filter((each) => each.startsWith(`task\t${of}\t`)).length;
  return [...head, ...tail.map((each) => each.replace(/TASKS-OF-(\d+)/, (_, of: string) => String(count(of))))];
}

/** A field as bounded.sh escapes it. */
export function field(text: string): string {
  return text.replaceAll('\\', '\\134').replaceAll('\t', '\\011').replaceAll('\n', '\\012');
}
