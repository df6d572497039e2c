import type { ProgramRecord, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import { readCgroups } from '../mounts/cgroup.ts';
import text from './docker-restart-state.sh';
import { type RunningContainer, readRunning, runningProgram } from './docker-running.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';

/** A dockerd in our pid namespace. `start` is field 22 of its stat; `namespace` 0: not readable. */
export interface DaemonProcess {
  readonly pid: number;
  readonly start: string;
  readonly namespace: number;
  /** The unit of the host that it runs in, if any. */
  readonly unit: string | undefined;
}

/** What a restart of dockerd would meet. */
export interface RestartView {
  /** Seconds since 1970, and minutes since midnight, by the host's clock in its own time zone. */
  readonly epoch: number;
  readonly minuteOfDay: number;
  /** Mount namespace of PID 1; 0 if it cannot be read. */
  readonly hostNamespace: number;
  readonly daemons: readonly DaemonProcess[];
  /** The daemon that has the pid file; 0: none. */
  readonly daemonPid: number;
  readonly arguments: readonly string[];
  readonly config: { readonly kind: 'read' | 'absent' | 'unreadable'; readonly text: string };
  /** `none`: no dockerd runs, or nothing is installed. */
  readonly api: { readonly kind: 'answered' | 'silent' | 'none'; readonly why: string };
  readonly version: string;
  /** What the running daemon says; undefined if it did not. */
  readonly liveRestore: boolean | undefined;
  readonly containers: readonly RunningContainer[];
  readonly activities: readonly { readonly kind: 'build' | 'pull'; readonly what: string }[];
  readonly unseen: readonly { readonly kind: 'build' | 'pull'; readonly why: string }[];
  /** Full id of the container that an ancestor of our shell lives in. */
  readonly ownContainer: string | undefined;
  /** True if our shell has another network namespace than PID 1. */
  readonly ownNetwork: boolean;
  /** Why that could not be seen, if so. */
  readonly ownUnread: string | undefined;
  /** The address that we came from. */
  readonly peer: string | undefined;
}

/** What was seen, or why nothing may be relied on. */
export type RestartLook =
  | { readonly ok: true; readonly view: RestartView }
  | { readonly ok: false; readonly error: UnbusyError };

const PROGRAM = runningProgram('docker-restart-state', text);

const ASK_SECONDS = 10;

/** Looks at what a restart of dockerd would meet; a daemon that is silent is seen as silent. */
export async function restartView(session: Session): Promise<RestartLook> {
  const call = { program: PROGRAM, args: [String(ASK_SECONDS)], deadlineMs: (4 * ASK_SECONDS + 20) * 1000 };
  const answer = await runProgram(session, call, [EXIT.done]);
  return answer.ok ? { ok: true, view: readView(answer.records) } : answer;
}

/** Puts the records together. */
export function readView(records: readonly ProgramRecord[]): RestartView {
  const all = (kind: string) => records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  const [epoch = '0', time = '0:0'] = all('clock')[0] ?? [];
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const [config = 'unreadable', configText = ''] = all('config')[0] ?? [];
  const [api = 'silent', why = ''] = all('api')[0] ?? [];
  const [version = '', liveRestore = ''] = all('engine')[0] ?? [];
  const own = (what: string) => all('own').find(([kind]) => kind === what)?.[1];
  return {
    epoch: Number(epoch),
    minuteOfDay: hours * 60 + minutes,
    hostNamespace: Number(all('host')[0]?.[0] || '0'),
    daemons: all('daemon').map(readDaemon),
    daemonPid: Number(all('pid-file')[0]?.[0] || '0'),
    arguments: all('argument').map(([argument = '']) => argument),
    config: { kind: config as RestartView['config']['kind'], text: configText },
    api: { kind: api as RestartView['api']['kind'], why },
    version,
    liveRestore: liveRestore === 'true' ? true : liveRestore === 'false' ? false : undefined,
    containers: readRunning(records),
    activities: all('activity').map(([kind, what = '']) => ({ kind: kind as 'build' | 'pull', what })),
    unseen: all('unseen').map(([kind, each = '']) => ({ kind: kind as 'build' | 'pull', why: each })),
    ownContainer: own('container'),
    ownNetwork: own('network') !== undefined,
    ownUnread: own('unread'),
    peer: own('peer'),
  };
}

function readDaemon([pid = '', start = '', namespace = '', cgroups = '']: readonly string[]): DaemonProcess {
  return {
    pid: Number(pid),
    start,
    namespace: Number(namespace || '0'),
    unit: readCgroups(cgroups.split('\n')).unit,
  };
}
