import type { GoroutineDump } from './goroutine-dump.ts';

/** What a process is to the containers of a host. */
export type DaemonRole = 'dockerd' | 'containerd' | 'cri-o' | 'kubelet';

/** Open file descriptors of a process against RLIMIT_NOFILE (/proc/PID/limits); `unlimited` is Infinity. */
export interface FdUse {
  readonly open: number;
  readonly soft: number;
  readonly hard: number;
}

/** What the first `looked` descriptors of a process are, by the text of their links; nothing behind them was touched. */
export interface FdKinds {
  readonly looked: number;
  readonly sockets: number;
  readonly pipes: number;
  /** anon_inode: epoll, eventfd, pidfd and the like. */
  readonly anonymous: number;
  readonly files: number;
}

/** One daemon of the host, outside of containers, as /proc shows it. Undefined: it could not be read. */
export interface DaemonProcess {
  readonly role: DaemonRole;
  readonly pid: number;
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTime: string;
  readonly parent: number;
  readonly uid: number | undefined;
  /** State letter of proc(5): R, S, D, T, t, Z. */
  readonly state: string;
  /** systemd unit or scope; empty if none. */
  readonly unit: string;
  readonly exe: string;
  readonly args: string;
  readonly uptimeSeconds: number | undefined;
  readonly fds: FdUse | undefined;
  readonly kinds: FdKinds | undefined;
  readonly rssBytes: number | undefined;
  readonly virtualBytes: number | undefined;
  readonly threads: number | undefined;
  /** Smallest memory limit of its control group; undefined if there is none. */
  readonly memoryLimitBytes: number | undefined;
  /** API socket of a dockerd; empty if it is not known to have one. */
  readonly socket: string;
  /** Connections on that socket that the daemon has accepted (/proc/PID/net/unix). */
  readonly connections: number | undefined;
  /** Those that it has not accepted yet. */
  readonly waiting: number | undefined;
}

/** Shared by all processes of a host; undefined: it could not be read. */
export interface HostResources {
  /** File handles allocated and allowed in the whole kernel (/proc/sys/fs/file-nr). */
  readonly files: { readonly allocated: number; readonly max: number } | undefined;
  readonly memoryBytes: number | undefined;
  readonly availableBytes: number | undefined;
}

/** How one question over the API socket ended. */
export type ApiAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly ms: number;
      readonly body: string;
      readonly cut: boolean;
    }
  /** Nobody answered in time, though the socket takes connections or makes them wait. */
  | { readonly kind: 'silent'; readonly afterMs: number }
  /** The socket is a file that nobody listens on. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'absent' }
  /** There is a socket, but no dockerd; nobody was asked, as a connection to a socket of systemd would start one. */
  | { readonly kind: 'no-daemon' }
  | { readonly kind: 'denied' }
  /** What came back is no HTTP. */
  | { readonly kind: 'garbled'; readonly why: string }
  /** Nobody could ask; `why` names what is missing. */
  | { readonly kind: 'not-asked'; readonly why: string };

/** What the API of one dockerd said. `pid` is undefined where a socket is there without a daemon. */
export interface DaemonApi {
  readonly pid: number | undefined;
  readonly socket: string;
  /** How it was reached: streamlocal over SSH, or a tool on the host. */
  readonly way: string;
  readonly ping: ApiAnswer;
  /** Undefined: not asked, as the ping was not answered. */
  readonly version: ApiAnswer | undefined;
  readonly info: ApiAnswer | undefined;
  /** Components and their versions, as /version tells. */
  readonly versions: readonly ComponentVersion[];
  readonly containersRunning: number | undefined;
  readonly goroutines: DumpLook;
}

/** The goroutines of a daemon, or why they were not read. */
export type DumpLook =
  | {
      readonly kind: 'read';
      readonly dump: GoroutineDump;
      /** The file that dockerd wrote on SIGUSR1; absent: the API told. */
      readonly from?: { readonly path: string; readonly ageSeconds: number };
    }
  | { readonly kind: 'not-read'; readonly why: string; readonly hint: string }
  | { readonly kind: 'not-asked' };

/** A component whose faults are known by its version. */
export type Component = 'dockerd' | 'containerd' | 'runc' | 'kernel' | 'kubelet';

/** A version as the component tells it, with what a distribution added: 20.10.24+dfsg1. */
export interface ComponentVersion {
  readonly component: Component;
  readonly version: string;
}

/** A second look at the descriptors of a daemon, some seconds after the first. */
export interface FdSample {
  readonly pid: number;
  readonly startTime: string;
  readonly open: number;
  readonly afterSeconds: number;
}

/** All that is measured of the daemons of one host. */
export interface DaemonFacts {
  readonly host: HostResources;
  readonly processes: readonly DaemonProcess[];
  readonly apis: readonly DaemonApi[];
  readonly versions: readonly ComponentVersion[];
  readonly samples: readonly FdSample[];
}
