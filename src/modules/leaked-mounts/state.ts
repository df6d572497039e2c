import type { JsonObject } from '../../core/json.ts';
import type { Change, Gap } from '../../core/results.ts';
import type { DeviceStack } from '../../mounts/block-devices.ts';
import type { KnownDirectory, MountKey } from '../../mounts/detach-points.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import type { ContainerState, MountEntry, MountView } from '../../mounts/model.ts';
import type { Bystander } from '../../programs/check-bystanders.ts';
import type { ExclusiveOpen } from '../../programs/exclusive-open.ts';
import type { MountWitness } from '../../programs/release-mount.ts';
import type { DirectoryWitness } from '../../programs/remove-mount-point.ts';

/** Why something is left as it is. */
export interface Guard {
  readonly why: string;
  readonly hint: string;
}

/**
 * What is known of something of which no mount was seen. `refused`: it is somebody's, or may be a mistake in writing, so that
 * "nothing is mounted" would say nothing of it. `clear`: what may be believed, and on what ground.
 */
export type Unseen =
  | ({ readonly kind: 'refused' } & Guard)
  | { readonly kind: 'clear'; readonly title: string; readonly ground: string };

/** A mount that was asked for, and what is known of it. */
export interface AskedMount {
  readonly leak: LeakedMount;
  /** Whose it is: `container web of containerd (default)`, `a volume of pod …`; undefined if only the path or device is known. */
  readonly owner?: string;
  /** Why nothing is done about it; `all`: nor about anything else that was asked for. */
  readonly guard?: Guard & { readonly all: boolean };
}

/** What was looked at before anybody was asked whether it lives. */
export interface FirstLook {
  readonly view: MountView;
  readonly containers: readonly ContainerState[];
  readonly stack: DeviceStack | undefined;
  readonly gaps: readonly Gap[];
}

/** What was seen of one host. */
export interface LeakedMountsState {
  /** What was asked for, in words: `device /dev/loop0`. */
  readonly asked: string;
  readonly view: MountView;
  /** In the order of release. */
  readonly mounts: readonly AskedMount[];
  /** Mounts at the place or of the device that was asked for which belong to what lives; not empty means refuse. */
  readonly protected: readonly { readonly namespace: number; readonly mount: MountEntry; readonly owner: string }[];
  /** Empty directories whose removal may detach mounts. */
  readonly directories: readonly KnownDirectory[];
  /** All that Docker has, for its names. */
  readonly containers: readonly ContainerState[];
  readonly bystanders: readonly Bystander[];
  /** Of what no mount was seen of: why that may be believed, or not. */
  readonly unseen?: Unseen | undefined;
  /** Of a device: what stands upon it, and whether it can be opened by one alone. Undefined if there is no such device. */
  readonly device?: { readonly stack: DeviceStack; readonly exclusive: ExclusiveOpen } | undefined;
}

/** One step with all that the host compares right before it. JSON-safe. */
export type LeakStep =
  | { readonly kind: 'remove-directory'; readonly directory: DirectoryWitness; readonly covers: readonly MountKey[] }
  | { readonly kind: 'unmount'; readonly mode: 'plain' | 'lazy'; readonly mount: MountWitness };

/** A change of this module. */
export interface LeakChange extends Change {
  readonly step: LeakStep;
  readonly witness: JsonObject;
}
