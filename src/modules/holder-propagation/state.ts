import type { Change } from '../../core/results.ts';
import type { MountView } from '../../mounts/model.ts';
import type { ServiceCopy, ServiceNamespace } from '../../mounts/service-copies.ts';
import type { RunningService } from '../../programs/list-services.ts';
import type { HolderWitness } from '../../programs/restart-holder.ts';
import type { PathFound } from '../../programs/stat-path.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import type { TextFile } from '../../programs/text-file.ts';

/**
 * Why a service keeps a copy. mount-flags: MountFlags=private. older-copy: neither its unit nor the host keeps it from hearing
 * any more, so it copied the table when they did. own-namespace: a process of it made the namespace by itself.
 */
export type HoldCause = 'mount-flags' | 'older-copy' | 'own-namespace' | 'private-origin' | 'unheard';

/** A copy with the reason, as far as the unit tells more than the mounts do. */
export interface HeldCopy extends Omit<ServiceCopy, 'cause'> {
  readonly cause: HoldCause;
  readonly namespace: number;
}

/** A service that keeps copies of mounts of containers or pods. */
export interface HeldService {
  readonly unit: UnitState;
  readonly namespaces: readonly ServiceNamespace[];
  readonly copies: readonly HeldCopy[];
  /** All that it may be called: the unit, its programs and commands. */
  readonly names: readonly string[];
  /** A task that lives in the first namespace, so that nothing else is restarted in its place. */
  readonly task: HolderWitness | undefined;
  /** Settings of the unit that make it a mount namespace of its own, `PrivateTmp=yes`. */
  readonly settings: readonly string[];
  /** Active units that systemd restarts along with it (systemd.unit(5): Requires=, BindsTo=, PartOf= of those). */
  readonly along: readonly UnitState[];
  /** The drop-in that would be written, and its directory; only looked at where it may be wanted. */
  readonly dropIn?: { readonly file: TextFile; readonly directory: PathFound };
}

/** What was seen of one host. */
export interface HolderState {
  /** Empty: there is no Docker. */
  readonly dataRoot: string;
  readonly view: MountView;
  /** False: systemd does not run this host. */
  readonly systemd: boolean;
  readonly holders: readonly HeldService[];
  readonly services: readonly RunningService[];
}

/** A copy by what does not change from look to look. */
export interface CopyKey {
  readonly namespace: number;
  readonly id: number;
  readonly device: string;
  readonly point: string;
}

/** One step with all that the host compares right before it. JSON-safe. */
export type HolderStep =
  | {
      readonly kind: 'drop-in';
      readonly unit: string;
      readonly content: string;
      /** Undefined: the file is as wanted, and systemd has only to read it. */
      readonly write: boolean;
      readonly makeDirectory: string;
    }
  | {
      readonly kind: 'restart';
      readonly holder: HolderWitness;
      readonly covers: readonly CopyKey[];
      /** Units that systemd restarts along, and must be active again. */
      readonly along: readonly string[];
      /** Every service that may have another main process after this round. */
      readonly expected: readonly string[];
      /** It must keep no copy at all afterwards that is deaf by its own setting. */
      readonly hears: boolean;
    };

/** A change of this module. */
export interface HolderChange extends Change {
  readonly step: HolderStep;
}
