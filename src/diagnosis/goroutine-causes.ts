import type { GoroutineDump, GoroutineGroup } from './goroutine-dump.ts';

/** What a goroutine of dockerd is about, as far as its stack tells. */
export type GoroutineCause =
  /** After SIGKILL, for an exit that nobody reports. */
  | 'kill-wait'
  /** For an answer of containerd. */
  | 'containerd-call'
  /** For the lock of a container, which another request holds. */
  | 'container-lock'
  /** In the storage driver, or for its lock. */
  | 'storage'
  /** To write a line of a container's log, or until its log is written. */
  | 'log-copy'
  | 'exec'
  | 'attach'
  | 'log-follow'
  | 'wait'
  | 'events'
  | 'stats'
  /** A client that is connected and asks nothing. */
  | 'idle-connection'
  /** Reads what a container prints; two for each that runs. */
  | 'log-read'
  /** One for each connection to containerd's events. */
  | 'event-stream'
  /** Belongs to another goroutine that is counted already, or to the daemon itself. */
  | 'companion'
  | 'unknown';

/** Goroutines of one cause; of unknown ones, those that stand in the same function. */
export interface CauseCount {
  readonly cause: GoroutineCause;
  readonly count: number;
  /** The innermost function of Docker's own, for people to search for. */
  readonly at: string;
  /** Of a dump that tells it. */
  readonly longestMinutes: number | undefined;
}

interface Rule {
  readonly cause: GoroutineCause;
  /** Every one of them is somewhere on the stack. */
  readonly all: readonly RegExp[];
}

/** Without Mutex in its name the semaphore is that of a WaitGroup, which is no lock. */
const LOCK = /(?:^|\/)sync\.\(\*(?:RW)?Mutex\)\.(?:R?Lock|lockSlow)$|^sync\.runtime_SemacquireR?W?Mutex\w*$/;

/**
 * The first rule that holds decides. Names are those of Docker 1.12 to 29, whose packages moved below github.com/moby/moby/v2 with 29
 * and keep their last parts; a call that waits inside another one is told by the inner one.
 */
const RULES: readonly Rule[] = [
  { cause: 'event-stream', all: [/libcontainerd(?:\/remote)?\.\(\*\w+\)\.(?:processEventStream|handleEventStream)$/] },
  { cause: 'companion', all: [/^net\/http\.\(\*connReader\)\.backgroundRead$/] },
  {
    cause: 'containerd-call',
    all: [/\/daemon\.\(\*Daemon\)\.|libcontainerd/, /grpc\.(?:\(\*ClientConn\)\.)?Invoke$|ttrpc\.\(\*Client\)\.Call$/],
  },
  { cause: 'storage', all: [/\/graphdriver\/|\/devicemapper\.|\/layer\.\(\*\w+\)\.|\/snapshotter?\./] },
  { cause: 'log-copy', all: [/\/logger\.\(\*Copier\)\.copySrc$/, /\.(?:Log|WriteLogEntry)$/] },
  { cause: 'log-copy', all: [/\/stream\.\(\*Config\)\.Wait$|\/logger\.\(\*Copier\)\.Wait$/] },
  { cause: 'container-lock', all: [LOCK, /\/daemon\.\(\*Daemon\)\.|\/container\.\(\*(?:State|Container)\)\./] },
  { cause: 'kill-wait', all: [/\/daemon\.\(\*Daemon\)\.Kill$/] },
  { cause: 'exec', all: [/\/daemon\.\(\*Daemon\)\.ContainerExecStart$/] },
  { cause: 'attach', all: [/\/daemon\.\(\*Daemon\)\.[cC]ontainerAttach(?:Raw)?$/] },
  { cause: 'log-follow', all: [/\(\*containerRouter\)\.getContainersLogs$/] },
  { cause: 'wait', all: [/\(\*containerRouter\)\.postContainersWait$/] },
  { cause: 'events', all: [/\(\*systemRouter\)\.getEvents$/] },
  { cause: 'stats', all: [/\(\*containerRouter\)\.getContainersStats$/] },
  { cause: 'log-read', all: [/\/logger\.\(\*Copier\)\.copySrc$/] },
  { cause: 'companion', all: [/\/container\.\(\*State\)\.Wait\.func\d|\/stream\.\(\*Config\)\.Copy|\/pools\.Copy$/] },
  { cause: 'companion', all: [/\/loggerutils?\.|\/jsonfilelog\.|ContainerLogs\.func\d|fsnotify\./] },
  { cause: 'companion', all: [/^google\.golang\.org\/grpc|^net\.\(\*(?:UnixListener|TCPListener)\)\.Accept$/] },
];

/** Goroutines of a dump by cause, the largest count first; companions are left out. */
export function countCauses(dump: GoroutineDump): readonly CauseCount[] {
  const counts = new Map<string, CauseCount>();
  for (const group of dump.groups) {
    const cause = causeOf(group);
    if (cause === 'companion') continue;
    const at = ownFunction(group);
    const key = cause === 'unknown' ? `unknown ${at}` : cause;
    const known = counts.get(key);
    counts.set(key, {
      cause,
      count: (known?.count ?? 0) + group.count,
      at: known?.at ?? at,
      longestMinutes: longer(known?.longestMinutes, group.longestMinutes),
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || a.at.localeCompare(b.at));
}

/** How many goroutines have that cause. */
export function countOf(causes: readonly CauseCount[], cause: GoroutineCause): number {
  return causes.reduce((sum, each) => (each.cause === cause ? sum + each.count : sum), 0);
}

function causeOf({ frames }: GoroutineGroup): GoroutineCause {
  const names = frames.map(({ name }) => name);
  const rule = RULES.find(({ all }) => all.every((pattern) => names.some((name) => pattern.test(name))));
  if (rule !== undefined) return rule.cause;
  // A connection without a handler on its stack waits for the next request of its client.
  if (names.includes('net/http.(*conn).serve')) {
    return names.some((name) => name.endsWith('.ServeHTTP')) ? 'unknown' : 'idle-connection';
  }
  return 'unknown';
}

/** Packages of Go and of those that wait for everybody; the name after them says whose goroutine it is. */
const NOT_ITS_OWN =
  /^(?:runtime|sync|internal|net|os|io|bufio|syscall|time|context|golang\.org|google\.golang\.org)[./]/;

function ownFunction({ frames }: GoroutineGroup): string {
  const own = frames.find(({ name }) => !NOT_ITS_OWN.test(name)) ?? frames[0];
  return shortName(own?.name ?? '');
}

/** Without the way to the package: daemon.(*Daemon).Kill. */
function shortName(name: string): string {
  return name.replace(/^.*\/(?=[^/]*\.)/, '');
}

function longer(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
