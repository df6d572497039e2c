import type { Change } from '../../core/results.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import type { MountView } from '../../mounts/model.ts';
import type { Bystander } from '../../programs/check-bystanders.ts';
import type { MountWitness } from '../../programs/release-mount.ts';

/** A container that runs and looks at the others. */
export interface Monitor {
  readonly id: string;
  readonly name: string;
  readonly privileged: boolean;
  /** Inode of its mount namespace. */
  readonly namespace: number;
}

/** A mount in a monitor that is not its own, and why it may go. */
export interface HeldMount {
  readonly leak: LeakedMount;
  readonly monitor: Monitor;
  /** dead: Docker began to remove its container; stopped: that does not run; forgotten: Docker does not know it; live: it runs. */
  readonly owner: 'dead' | 'stopped' | 'forgotten' | 'live';
}

/** What was seen of one host. */
export interface MonitorState {
  /** Undefined: there is no Docker. */
  readonly docker: { readonly version: string; readonly dataRoot: string } | undefined;
  readonly monitors: readonly Monitor[];
  /** Undefined if there is no monitor to look into. */
  readonly view: MountView | undefined;
  /** In the order of release; copies of what lives are only among them if they were asked for. */
  readonly held: readonly HeldMount[];
  /** Copies of what lives that are left where they are. */
  readonly latent: readonly HeldMount[];
  /** Every container that runs. */
  readonly bystanders: readonly Bystander[];
}

/** One unmount in a monitor. */
export interface MonitorChange extends Change {
  readonly mode: 'plain' | 'lazy' | 'exec';
  readonly monitorId: string;
  readonly mount: MountWitness;
}
