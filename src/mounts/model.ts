/** One line of mountinfo (proc_pid_mountinfo(5)), with the kernel's octal escapes undone. */
export interface MountEntry {
  /** Unique within the life of the mount; the kernel reuses ids. */
  readonly id: number;
  readonly parent: number;
  /** major:minor of the file system (st_dev). */
  readonly device: string;
  /** Directory of the file system that is the root of this mount; ends with //deleted if its source was removed. */
  readonly root: string;
  /** Mount point, relative to the root directory of the process that was read. */
  readonly point: string;
  /** Peer group: what happens below this mount is repeated in every mount of the group. */
  readonly shared?: number;
  /** Peer group that this mount receives from. */
  readonly master?: number;
  readonly unbindable: boolean;
  readonly fstype: string;
  readonly source: string;
  readonly superOptions: string;
}

/** A task (process or thread) that lives in a mount namespace. `startTime` is field 22 of its stat. */
export interface NamespaceTask {
  readonly pid: number;
  /** Equal to pid for a process; another number for a thread that has a namespace of its own. */
  readonly tid: number;
  readonly startTime: string;
  readonly command: string;
  /** Last 64-hex token of its cgroup path, if any: the container that it belongs to. */
  readonly containerId?: string;
  /** Unit of the host's own service manager that it runs in, *.service or *.scope, if any. */
  readonly unit?: string;
  readonly executable?: string;
}

/** One mount namespace, seen once, whoever lives in it. */
export interface MountNamespace {
  /** Inode of its nsfs file: its identity while it lives. */
  readonly inode: number;
  /** Up to five tasks of it, the lowest pid first; empty if it is only pinned, or if its table was not read. */
  readonly tasks: readonly NamespaceTask[];
  readonly taskCount: number;
  /** Files (bind mounts of nsfs, or /proc/PID/fd/N) that pin it without a task. */
  readonly pins: readonly string[];
  /** Its whole table; undefined if only counted because nothing in it matters. */
  readonly mounts?: readonly MountEntry[];
  /** Inode of the user namespace that owns it, if it could be read; differs from the host's for rootless and userns containers. */
  readonly userNamespace?: number;
  /** True if every task lives in a chroot, and the namespace could not be entered either: nothing is known of its mounts. */
  readonly chrooted: boolean;
}

/** All mount namespaces of a host at one moment. */
export interface MountView {
  /** Inode of the mount namespace of PID 1; 0 if only its table could be read. */
  readonly hostNamespace: number;
  /** Inode of our own; differs from the host's if sshd or sudo put us into another. */
  readonly ownNamespace: number;
  readonly namespaces: readonly MountNamespace[];
  /** Processes whose namespace or table could not be read, and why; never empty silently. */
  readonly unreadable: readonly { readonly pid: number; readonly why: string }[];
}

/** A container as the daemon, or its state on disk, tells of it. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** running, exited, dead, removing, created, paused, restarting; as the daemon says, lower case. */
  readonly status: string;
  /** State.Dead: set before deletion begins, in every version. */
  readonly dead: boolean;
  /** The daemon says that a removal is under way (status text "Removal In Progress" or state removing). */
  readonly removing: boolean;
  readonly pid: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Directory of the storage driver for this container (layerdb mount-id), if known. */
  readonly mountId?: string;
  /** Mount point of its root file system as the daemon knows it (MergedDir and such), if known. */
  readonly rootPath?: string;
  readonly restartPolicy: string;
  readonly privileged: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** What was learned of Docker. `source` disk: the daemon did not answer in time and its state was read from its files. */
export interface DockerState {
  readonly source: 'daemon' | 'disk';
  /** Why the daemon was not asked or did not answer, if so. */
  readonly silent?: string;
  readonly version: string;
  readonly driver: string;
  readonly dataRoot: string;
  readonly liveRestore: boolean | undefined;
  readonly daemonPid: number | undefined;
  readonly containers: readonly ContainerState[];
}
