import type { Holder } from '../core/findings.ts';
import type { ContainerState, MountEntry } from './model.ts';

/** What is asked about: a dead container, or a path or block device given by the user. */
export interface LeakTarget {
  readonly kind: 'container' | 'path' | 'device';
  /** Full container id, absolute path, or major:minor. */
  readonly id: string;
  readonly name: string;
  readonly container?: ContainerState;
  /** Whole path components that name it: the 64-hex container id, the storage driver's mount id, and their -init twins. */
  readonly tokens: readonly string[];
  /** Mount points of its file systems on the host, as the daemon or the user names them. */
  readonly paths: readonly string[];
}

/** Why the namespace still has the mount; a closed set, so that a fleet can be folded by cause. */
export type LeakCause =
  | 'private-propagation'
  | 'private-tmp'
  | 'mount-flags-split'
  | 'thread-namespace'
  | 'pinned-namespace'
  | 'still-mounted-on-host'
  | 'process-of-container'
  | 'unknown';

/** Where an unmount of this mount would be repeated (mount_namespaces(7), "Unmount semantics"): decided by the PARENT's peer group. */
export interface Reach {
  /** Every other mount that would go with it. */
  readonly spreads: readonly { readonly namespace: number; readonly mountId: number; readonly point: string }[];
  /** Names of what lives in reach: running containers, units, or the host itself; not empty means refuse. */
  readonly alive: readonly string[];
  /** Set if the holder, a container that is not the target, has the mount as a volume of its own; it is among `alive` as well. */
  readonly ownVolume?: true;
  /** Set if reach could not be computed (a table is missing); means refuse as well. */
  readonly unknown?: string;
}

/** One mount, in one namespace, that should be gone. */
export interface LeakedMount {
  readonly target: LeakTarget;
  readonly namespace: number;
  readonly mount: MountEntry;
  /** Mount that carries it, for the witness. */
  readonly parentMount: MountEntry | undefined;
  readonly holder: Holder;
  /** Other tasks in the same namespace, by name, at most five. */
  readonly alsoHolding: readonly string[];
  readonly cause: LeakCause;
  readonly reach: Reach;
  /** Mounts below it in the same namespace that are not leaks themselves; not empty means refuse. */
  readonly foreignBelow: readonly MountEntry[];
  /** Mounts that hide it and are not leaks: stacked on its mount point, or over a directory on the way; not empty means refuse. */
  readonly stackedAbove: readonly MountEntry[];
  /** True if the namespace belongs to another user namespace, so that the kernel locks the mount (umount says EINVAL). */
  readonly locked: boolean;
  /** How many mounts carry it in its namespace. The order of release is that of `LeakSet.leaks`. */
  readonly depth: number;
}

/** All leaks of a host with what was not seen. */
export interface LeakSet {
  /** In the order of release: what lies on or hides another comes before it. */
  readonly leaks: readonly LeakedMount[];
  /** Targets without any leaked mount. */
  readonly clean: readonly LeakTarget[];
  /** Private copies of mounts of living containers: leaks in waiting. */
  readonly latent: readonly {
    readonly containerId: string;
    readonly namespace: number;
    readonly holder: Holder;
    readonly point: string;
  }[];
}
