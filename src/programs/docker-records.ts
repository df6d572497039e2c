import type { ProgramRecord } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Gap } from '../core/results.ts';
import { printable } from '../core/text.ts';
import type { ContainerState, DockerState } from '../mounts/model.ts';

/** A directory of a dead container on which a file system may be mounted, and which carries none in our namespace. */
export interface MountPointDirectory {
  readonly path: string;
  /** st_dev:st_ino in decimal, as stat(1) prints %d:%i. */
  readonly identity: string;
}

/** What was learned of Docker on one host. */
export interface DockerLook {
  readonly state: DockerState;
  /** How the daemon took the question. */
  readonly daemon: DaemonAnswer;
  /** How many containers there are in all; `state.containers` holds only those that were looked into. */
  readonly listed: number;
  /** The host's own time in milliseconds since 1970, if it was asked for. */
  readonly hostTimeMs: number | undefined;
  readonly directories: readonly MountPointDirectory[];
  readonly gaps: readonly Gap[];
}

/** What there is of Docker on the host; `none` is knowledge too. */
export type DockerAnswer =
  | { readonly kind: 'known'; readonly look: DockerLook }
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** What docker-state says of the daemon; `answered` is the only word after which its containers are known. */
export type DaemonAnswer = 'answered' | 'late' | 'refused' | 'stopped' | 'no-client' | 'none';

const LABELS = [
  'io.kubernetes.pod.namespace',
  'io.kubernetes.pod.name',
  'io.kubernetes.pod.uid',
  'com.docker.compose.project',
  'com.docker.swarm.service.name',
] as const;

/** The first record of a kind, or undefined. */
export function firstRecord(records: readonly ProgramRecord[], kind: string): readonly string[] | undefined {
  return records.find((record) => record.kind === kind)?.fields;
}

/** Which containers there are, and which of them live, is only known if the daemon answered, and told of each; else why not. */
export function whyUnsure(host: string, { state, daemon, gaps }: DockerLook): UnbusyError | undefined {
  const hint = 'Make the daemon answer again; then run this once more.';
  if (daemon !== 'answered') {
    return new UnbusyError('E_DAEMON_SILENT', `Docker: ${printable(state.silent ?? 'no answer')}`, { host, hint });
  }
  const [gap] = gaps;
  if (gap === undefined) return undefined;
  return new UnbusyError('E_UNKNOWN', `Docker lists ${printable(gap.what)}, but ${printable(gap.why)}`, { host, hint });
}

/** Puts the records of docker-state or docker-state-disk together. */
export function readDockerRecords(
  records: readonly ProgramRecord[],
  daemon: DaemonAnswer,
  silent: string | undefined,
): DockerLook {
  const [version = '', driver = '', dataRoot = '', liveRestore = ''] = firstRecord(records, 'engine') ?? [];
  const pid = Number(firstRecord(records, 'process')?.[0] ?? firstRecord(records, 'engine')?.[4] ?? '');
  const clock = firstRecord(records, 'clock')?.[0];
  const containers: ContainerState[] = [];
  const gaps: Gap[] = [];
  const directories: MountPointDirectory[] = [];
  for (const { kind, fields } of records) {
    if (kind === 'container') {
      const container = readContainer(fields);
      if (container === undefined) gaps.push(unreadable(`container ${fields[0] ?? ''}`));
      else if (fields[13] !== 'gone') containers.push(container);
    } else if (kind === 'directory') {
      directories.push({ identity: fields[0] ?? '', path: fields[2] ?? '' });
    } else if (kind === 'unreadable') gaps.push(unreadable(fields[0] ?? ''));
  }
  return {
    daemon,
    state: {
      source: daemon === 'answered' ? 'daemon' : 'disk',
      ...(silent === undefined ? {} : { silent }),
      version,
      driver,
      dataRoot,
      liveRestore: liveRestore === '' ? undefined : liveRestore === 'true',
      daemonPid: pid > 0 ? pid : undefined,
      containers,
    },
    listed: Number(firstRecord(records, 'listed')?.[0] ?? 0),
    hostTimeMs: clock === undefined ? undefined : Number(clock) * 1000,
    directories,
    gaps,
  };
}

function unreadable(what: string): Gap {
  return { what, why: 'its state cannot be read' };
}

/** Fields 1 to 12 hold JSON. A container that vanished between list and look has `null` in them. */
function readContainer(fields: readonly string[]): ContainerState | undefined {
  const values = fields.slice(1, 13).map(parseField);
  if (values.length < 12 || values.includes(undefined)) return undefined;
  const [name, image, status, running, dead, pid, startedAt, finishedAt, policy, privileged, merged, labels] = values;
  const listed = fields[13] ?? '';
  const mountId = fields[14] ?? '';
  return {
    id: fields[0] ?? '',
    name: text(name).replace(/^\//, ''),
    image: text(image),
    status: text(status),
    // A container that runs is never taken for dead, whatever else is written about it.
    dead: dead === true && running !== true,
    removing: running !== true && (status === 'removing' || listed.startsWith('Removal')),
    pid: typeof pid === 'number' ? pid : 0,
    startedAt: text(startedAt),
    finishedAt: text(finishedAt),
    ...(mountId === '' ? {} : { mountId }),
    ...(text(merged) === '' ? {} : { rootPath: text(merged) }),
    restartPolicy: text(policy),
    privileged: privileged === true,
    labels: readLabels(labels),
  };
}

function parseField(field: string): Json | undefined {
  try {
    return JSON.parse(field) as Json;
  } catch {
    return undefined;
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readLabels(values: Json | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  if (!Array.isArray(values)) return labels;
  LABELS.forEach((name, index) => {
    const value = text(values[index]);
    if (value !== '') labels[name] = value;
  });
  return labels;
}
