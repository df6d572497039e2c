import type { ProgramRecord, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import type { Gap } from '../core/results.ts';
import type { DaemonProcess, DaemonRole, FdKinds, FdUse, HostResources } from '../diagnosis/daemon-facts.ts';
import { boundedProgram } from './bounded.ts';
import text from './daemon-process.sh';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

const PROGRAM = boundedProgram('daemon-process', text);

/** Each step that could have to wait; there are three for each daemon. */
const STEP_SECONDS = 3;

/** A host has a few daemons; more than that end in the deadline. */
const DEADLINE_MS = 90_000;

/** So many descriptors are looked at to say what they are: a tenth of a second on a slow host. */
const LOOKED_AT = 20_000;

/** Where the packages of Docker put its API. */
const USUAL_SOCKET = '/var/run/docker.sock';

/** What limits of control groups say where there is none (v1: the largest multiple of a page). */
const NO_LIMIT = 2 ** 60;

/** The daemons of a host, or why nothing may be said of them. */
export type ProcessLook =
  | {
      readonly kind: 'known';
      readonly host: HostResources;
      readonly processes: readonly DaemonProcess[];
      /** A socket without a dockerd; undefined if there is none. */
      readonly orphanSocket: string | undefined;
      readonly gaps: readonly Gap[];
    }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** Reads /proc of dockerd, containerd, cri-o and kubelet. `kinds` false: only counts, for a second sample. */
export async function readDaemonProcesses(session: Session, kinds = true): Promise<ProcessLook> {
  const args = [String(STEP_SECONDS), String(kinds ? LOOKED_AT : 0), USUAL_SOCKET];
  const answer = await runProgram(session, { program: PROGRAM, args, deadlineMs: DEADLINE_MS }, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', error: answer.error };
  return readProcessRecords(answer.records);
}

/** What the records of daemon-process.sh say. */
export function readProcessRecords(records: readonly ProgramRecord[]): ProcessLook & { kind: 'known' } {
  const of = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const [up = '', ticks = ''] = of('boot')[0] ?? [];
  const [allocated, max, total, available] = of('host')[0] ?? [];
  const [files, most] = [numberOf(allocated), numberOf(max)];
  const processes = of('process').map((fields) => {
    const pid = fields[1] ?? '';
    const about = (kind: string) =>
      of(kind)
        .find((each) => each[0] === pid)
        ?.slice(1) ?? [];
    const age = Number(up) - Number(fields[2]) / (Number(ticks) || 100);
    return processOf(fields, age, { usage: about('usage'), kinds: about('kinds'), socket: about('socket') });
  });
  const nameOf = (pid: string) => `${processes.find((each) => each.pid === Number(pid))?.role ?? 'process'} ${pid}`;
  return {
    kind: 'known',
    host: {
      files: files === undefined || most === undefined ? undefined : { allocated: files, max: most },
      memoryBytes: kibibytes(total),
      availableBytes: kibibytes(available),
    },
    processes,
    orphanSocket: of('socket').find(([pid]) => pid === '')?.[1],
    gaps: of('unread').map(([pid = '', what = '']) => ({
      what: `${nameOf(pid)}: ${what}`,
      why: 'it could not be read: another user, a process that ended, or one that did not answer in time',
    })),
  };
}

interface About {
  readonly usage: readonly string[];
  readonly kinds: readonly string[];
  readonly socket: readonly string[];
}

function processOf(fields: readonly string[], age: number, { usage, kinds, socket }: About): DaemonProcess {
  const [role = '', pid = '', startTime = '', parent = '', uid, state = '', unit = '', exe = '', args = ''] = fields;
  const [open, soft, hard, rss, virtual, threads, limit] = usage;
  const memoryLimit = numberOf(limit);
  return {
    role: role as DaemonRole,
    pid: Number(pid),
    startTime,
    parent: Number(parent),
    uid: numberOf(uid),
    state,
    unit,
    exe,
    args,
    uptimeSeconds: Number.isFinite(age) ? Math.max(0, age) : undefined,
    fds: fdUse(open, soft, hard),
    kinds: kindsOf(kinds),
    rssBytes: kibibytes(rss),
    virtualBytes: kibibytes(virtual),
    threads: numberOf(threads),
    memoryLimitBytes: memoryLimit === undefined || memoryLimit >= NO_LIMIT ? undefined : memoryLimit,
    socket: socket[0] ?? '',
    connections: numberOf(socket[1]),
    waiting: numberOf(socket[2]),
  };
}

function fdUse(open: string | undefined, soft: string | undefined, hard: string | undefined): FdUse | undefined {
  const many = numberOf(open);
  const [low, high] = [limitNumber(soft), limitNumber(hard)];
  return many === undefined || low === undefined || high === undefined
    ? undefined
    : { open: many, soft: low, hard: high };
}

function limitNumber(text: string | undefined): number | undefined {
  return text === 'unlimited' ? Number.POSITIVE_INFINITY : numberOf(text);
}

function kindsOf(fields: readonly string[]): FdKinds | undefined {
  const [looked, sockets, pipes, anonymous, files] = fields.map(Number);
  if (looked === undefined || sockets === undefined || pipes === undefined) return undefined;
  return { looked, sockets, pipes, anonymous: anonymous ?? 0, files: files ?? 0 };
}

function kibibytes(text: string | undefined): number | undefined {
  const number = numberOf(text);
  return number === undefined ? undefined : number * 1024;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
