import type { JsonObject } from './json.ts';

/** What keeps a mount. */
export type HolderKind = 'container' | 'unit' | 'shim' | 'dockerd' | 'containerd' | 'process' | 'pinned';

/** A holder in words and numbers; `pid` belongs to `startTime` (field 22 of /proc/PID/stat), so that a reused pid is noticed. */
export interface Holder {
  readonly kind: HolderKind;
  /** Container name, unit name, command name, or the file that pins the namespace. */
  readonly name: string;
  readonly pid?: number;
  readonly startTime?: string;
  /** Full container id, if it is a container. */
  readonly containerId?: string;
  /** Inode of the mount namespace. */
  readonly namespace: number;
}

/** `critical`: something is already failing; `warning`: it will; `info`: worth knowing. */
export type Severity = 'critical' | 'warning' | 'info';

/** One thing that a scan found on a host. `kind` is a closed set that reports and metrics count by. */
export interface Finding {
  readonly id: string;
  readonly kind: 'leak' | 'dead-container' | 'not-a-leak' | 'latent' | 'daemon' | 'gap' | 'cause' | 'health';
  /** How soon someone must act; absent where the kind says it. */
  readonly severity?: Severity;
  /** One sentence with real names. */
  readonly title: string;
  /** Why it is so: private propagation, PrivateTmp, MountFlags split, thread's namespace … one short phrase, equal for equal causes. */
  readonly cause: string;
  /** What would free it; starts with a verb. */
  readonly remedy: string;
  readonly containerId?: string;
  readonly containerName?: string;
  readonly holder?: Holder;
  readonly path?: string;
  /** What was measured or read, one line each, with its unit. */
  readonly evidence?: readonly string[];
  /** What must not be done, and why; starts with a verb. */
  readonly avoid?: readonly string[];
  /** The shipped playbook that does the remedy, as its file name. */
  readonly playbook?: string;
  readonly data?: JsonObject;
}
