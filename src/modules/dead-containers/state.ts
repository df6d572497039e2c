import type { JsonObject } from '../../core/json.ts';
import type { Change } from '../../core/results.ts';
import type { StuckTask } from '../../diagnosis/stuck-facts.ts';
import type { MountKey } from '../../mounts/detach-points.ts';
import type { LeakSet, LeakTarget } from '../../mounts/leak.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import type { Bystander } from '../../programs/check-bystanders.ts';
import type { DockerLook } from '../../programs/docker-records.ts';
import type { LeftTask } from '../../programs/find-container-tasks.ts';
import type { Obstacles } from '../../programs/find-obstacles.ts';
import type { RuntimeFindings } from '../../programs/look-at-runtimes.ts';
import type { MountWitness } from '../../programs/release-mount.ts';
import type { DirectoryWitness } from '../../programs/remove-mount-point.ts';
import type { HolderWitness } from '../../programs/restart-holder.ts';

/** A container that was asked for, or is dead, and is left alone. */
export interface PassedOver {
  readonly container: ContainerState;
  readonly why: 'not-dead' | 'too-young' | 'age-unknown';
}

/** What was seen of one host. */
export interface SweepState {
  /** Undefined: there is no Docker, and `noDocker` says what was looked for. */
  readonly docker: DockerLook | undefined;
  readonly noDocker?: string;
  readonly targets: readonly LeakTarget[];
  readonly passedOver: readonly PassedOver[];
  /** Undefined if nothing had to be looked for. */
  readonly view: MountView | undefined;
  readonly leaks: LeakSet;
  /** Mounts of containers that Docker does not know any more; only looked for if asked. They are reported, not released. */
  readonly orphans: LeakSet['leaks'];
  /** What containerd, podman, CRI-O and the kubelet left behind; only looked for if asked. Reported, not released. */
  readonly runtimes: RuntimeFindings;
  /** Tasks in state D that belong to a container, dead or not; only looked for if asked, or if a container was asked for by name. */
  readonly stuck: readonly Pick<StuckTask, 'tid' | 'pid' | 'command' | 'waitsIn' | 'containerId'>[];
  /** Containers that run, with their main process; what must be the same afterwards. */
  readonly bystanders: readonly Bystander[];
  /** Tasks that the dead containers still have in their cgroups. */
  readonly tasks: readonly LeftTask[];
  /** By container id, for targets without a leaked mount. */
  readonly obstacles: ReadonlyMap<string, Obstacles>;
}

/** One step with all that the host compares right before it. JSON-safe. */
export type SweepStep =
  | {
      readonly kind: 'remove-directory';
      readonly directory: DirectoryWitness;
      /** Mounts that sit on it: namespace and id. */
      readonly covers: readonly MountKey[];
    }
  | { readonly kind: 'unmount'; readonly mode: 'plain' | 'lazy'; readonly mount: MountWitness }
  | { readonly kind: 'restart'; readonly holder: HolderWitness; readonly covers: readonly MountKey[] }
  | {
      readonly kind: 'remove-container';
      readonly id: string;
      readonly name: string;
      readonly watch: readonly Bystander[];
    };

/** A change of this module. */
export interface SweepChange extends Change {
  readonly step: SweepStep;
  readonly witness: JsonObject;
}
