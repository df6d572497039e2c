import type { ProgramRecord, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { dockerProgram } from './docker-client.ts';
import { firstRecord } from './docker-records.ts';
import text from './docker-topology.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

const PROGRAM = dockerProgram('docker-topology', text);

/** The docker client, rpm and dockerd itself are called at most this many times. */
const CALLS = 6;

/** A dockerd of the host, outside of containers. */
export interface DockerdProcess {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat. */
  readonly startTime: string;
  readonly parent: number;
  readonly uid: number;
  /** Inode of its mount namespace; undefined if it may not be read. */
  readonly namespace: number | undefined;
  /** Optional fields of its `/` in mountinfo: shared:N, master:N. */
  readonly rootTags: readonly string[];
  /** The systemd unit or scope that it runs in; empty if none. */
  readonly unit: string;
  readonly exe: string;
  /** Its command line, words joined by spaces. */
  readonly args: string;
}

/** A containerd of the host, whoever started it. */
export interface ContainerdProcess {
  readonly pid: number;
  readonly parent: number;
  readonly namespace: number | undefined;
  readonly unit: string;
  readonly exe: string;
}

/** A container as far as its mounts matter. */
export interface ContainerPlace {
  readonly id: string;
  readonly name: string;
  /** 0: it does not run. */
  readonly pid: number;
  /** Inode of the mount namespace of its shim; undefined if it does not run, or may not be read. */
  readonly shimNamespace: number | undefined;
  /** True if one of its binds sends mounts to the host (shared, rshared). */
  readonly shared: boolean;
}

/** What Docker consists of on one host. */
export interface DockerTopology {
  readonly init: { readonly namespace: number | undefined; readonly rootTags: readonly string[] };
  readonly dockerds: readonly DockerdProcess[];
  readonly containerds: readonly ContainerdProcess[];
  /** Full container ids of kubelets; empty text for one that runs on the host itself. */
  readonly kubelets: readonly string[];
  readonly binary: { readonly path: string; readonly packaging: Packaging } | undefined;
  /** From the configuration file: undefined if it does not say, `unreadable` if it could not be read. */
  readonly configured: { readonly path: string; readonly liveRestore: boolean | 'unreadable' | undefined };
  /** answered, late, refused, stopped, no-client or none, and why. */
  readonly daemon: { readonly state: string; readonly why: string };
  /** The daemon's word, or what its binary says of itself; empty if neither is known. */
  readonly version: string;
  readonly driver: string;
  readonly dataRoot: string;
  /** What the running daemon does; undefined if it does not say. */
  readonly liveRestore: boolean | undefined;
  /** Undefined if they could not be asked for. */
  readonly containers: readonly ContainerPlace[] | undefined;
}

/** Who put dockerd onto the host; none: copied there by hand. */
export type Packaging = 'deb' | 'rpm' | 'snap' | 'none';

/** The topology, or why nothing is known of it. */
export type TopologyLook =
  | { readonly ok: true; readonly topology: DockerTopology }
  | { readonly ok: false; readonly error: UnbusyError };

/** Looks at the processes and asks the daemon; `deadlineMs` is for each call of the client. */
export async function readDockerTopology(session: Session, deadlineMs: number): Promise<TopologyLook> {
  const seconds = Math.max(1, Math.ceil(deadlineMs / 1000));
  const call = { program: PROGRAM, args: [String(seconds)], deadlineMs: (CALLS * seconds + 15) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done]);
  return answer.ok ? { ok: true, topology: readTopology(answer.records) } : answer;
}

function readTopology(records: readonly ProgramRecord[]): DockerTopology {
  const all = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const [namespace = '', tags = ''] = firstRecord(records, 'init') ?? [];
  const [version = '', driver = '', dataRoot = '', live = ''] = firstRecord(records, 'engine') ?? [];
  const binary = firstRecord(records, 'binary');
  const [state = 'refused', why = ''] = firstRecord(records, 'daemon') ?? [];
  const seen = state === 'answered' && all('unseen').length === 0;
  return {
    init: { namespace: inode(namespace), rootTags: words(tags) },
    dockerds: all('dockerd').map(readDockerd),
    containerds: all('containerd').map(readContainerd),
    kubelets: all('kubelet').map(([, container = '']) => container),
    binary: binary === undefined ? undefined : { path: binary[0] ?? '', packaging: readPackaging(binary[1]) },
    configured: readConfig(firstRecord(records, 'config') ?? []),
    daemon: { state, why: printable(why).slice(0, 300) },
    version: version || (binary?.[2] ?? ''),
    driver,
    dataRoot,
    liveRestore: live === 'true' ? true : live === 'false' ? false : undefined,
    containers: seen ? all('container').map(readContainer) : undefined,
  };
}

function readDockerd(fields: readonly string[]): DockerdProcess {
  const [pid = '', startTime = '', parent = '', uid = '', namespace = '', tags = '', unit = '', exe = '', args = ''] =
    fields;
  const numbers = { pid: Number(pid), parent: Number(parent), uid: Number(uid), namespace: inode(namespace) };
  return { ...numbers, startTime, rootTags: words(tags), unit, exe, args };
}

function readContainerd([pid = '', parent = '', namespace = '', unit = '', exe = '']: readonly string[]) {
  return { pid: Number(pid), parent: Number(parent), namespace: inode(namespace), unit, exe };
}

function readContainer([id = '', name = '', pid = '', namespace = '', shared = '']: readonly string[]): ContainerPlace {
  return { id, name, pid: Number(pid), shimNamespace: inode(namespace), shared: shared === '1' };
}

function readConfig([path = '', value = '']: readonly string[]): DockerTopology['configured'] {
  const known: Readonly<Record<string, boolean | 'unreadable'>> = {
    true: true,
    false: false,
    unreadable: 'unreadable',
  };
  return { path, liveRestore: known[value] };
}

function readPackaging(word: string | undefined): Packaging {
  return word === 'deb' || word === 'rpm' || word === 'snap' ? word : 'none';
}

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

const inode = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
