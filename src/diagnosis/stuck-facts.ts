import type { MountEntry } from '../mounts/model.ts';

/** A task that was in state D at two samples and made no progress between them: no CPU time, no voluntary switch. */
export interface StuckTask {
  readonly tid: number;
  readonly pid: number;
  readonly command: string;
  /** Field 22 of its stat (proc_pid_stat(5)), in clock ticks since boot. */
  readonly startTime: string;
  /** Kernel function that it waits in (wchan), or empty if the kernel does not tell. */
  readonly waitsIn: string;
  /** Functions of its kernel stack, the innermost first; empty if it cannot be read. */
  readonly stack: readonly string[];
  /** A SIGKILL is pending for it, and it has not taken it. */
  readonly killed: boolean;
  readonly kernelThread: boolean;
  /** Whether its control group is frozen, as of a paused container, which counts as state D; partly: some task of it could not be. */
  readonly paused: 'yes' | 'partly' | 'no';
  /** How long it has at least not run, in milliseconds: by the clock of the CPU that it last ran on, else the time between the samples. */
  readonly blockedMs: number;
  /** System call that it is in, by number, and its first argument if that may be a file descriptor. */
  readonly call?: { readonly number: number; readonly fd?: number };
  /** Mount of that file descriptor (mnt_id of proc_pid_fdinfo(5)). */
  readonly mountId?: number;
  /** Key of its mount table among those of the host. */
  readonly table?: string;
  /** Full id of the container that it belongs to, by its cgroup. */
  readonly containerId?: string;
  /** docker, containerd, cri-o or podman, where the name of the cgroup tells. */
  readonly runtime?: string;
  readonly podUid?: string;
  /** Unit of the host's service manager. */
  readonly unit?: string;
}

/** A block device below a mount of a stuck task, as text files of /sys/dev/block tell of it. */
export interface BlockDevice {
  /** major:minor. */
  readonly device: string;
  /** Name below /dev; for the device mapper the name of the mapping. */
  readonly name: string;
  /** True if the device mapper holds back all I/O to it (dmsetup suspend). */
  readonly suspended: boolean;
  /** Requests that it has been given and not answered. */
  readonly inFlight?: number;
  /** File behind a loop device. */
  readonly backing?: string;
}

/** Table of the host's first process among those of stuck tasks. */
export const HOST_TABLE = 'host';

/** All that was seen of the tasks in state D of a host. */
export interface StuckFacts {
  readonly tasks: readonly StuckTask[];
  /** Stuck tasks that are not described, as others of their control group, which wait in the same function, are. */
  readonly more: number;
  /** Machine name of uname(2), by which system calls are numbered; empty if no task is stuck. */
  readonly machine: string;
  /** Time between the two samples in milliseconds. */
  readonly sampleMs: number;
  /** By key: mounts of file systems that can keep a task waiting, on block devices or in the network; not the whole tables. */
  readonly tables: ReadonlyMap<string, readonly MountEntry[]>;
  readonly devices: readonly BlockDevice[];
  /** True if the look was cut short, or there were too many to look at all. */
  readonly partial: boolean;
}

/** A host without a stuck task. */
export const NO_STUCK_TASKS: StuckFacts = {
  tasks: [],
  more: 0,
  machine: '',
  sampleMs: 0,
  tables: new Map(),
  devices: [],
  partial: false,
};
