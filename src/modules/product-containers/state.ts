import type { Change } from '../../core/results.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import type { ContainerState, MountView } from '../../mounts/model.ts';
import type { Bystander } from '../../programs/check-bystanders.ts';
import type { LeftTask } from '../../programs/find-container-tasks.ts';
import type { MountWitness } from '../../programs/release-mount.ts';

/** A container of the product. */
export interface ProductContainer {
  readonly container: ContainerState;
  readonly monitor: boolean;
  /** Who would make it again, if somebody would: a swarm service, a pod. */
  readonly owner?: string;
}

/**
 * A mount that should go. `own`: it is of a container of the product that does not run, whoever holds it. `monitor`: it is in a
 * monitor of the product, and of any other container.
 */
export interface ProductMount {
  readonly leak: LeakedMount;
  readonly ground: 'own' | 'monitor';
  readonly status: 'dead' | 'stopped' | 'live';
}

/** What was seen of one host. */
export interface ProductState {
  /** Undefined: there is no Docker. */
  readonly docker: { readonly version: string; readonly dataRoot: string; readonly driver: string } | undefined;
  /** In the order in which they go: monitors first, then the last started first. */
  readonly product: readonly ProductContainer[];
  /** Compose projects that a name with wildcards or a label without a value takes in at once, if they are several; empty if that is allowed. */
  readonly projects: readonly string[];
  /** Ids of all containers that Docker lists. */
  readonly listed: ReadonlySet<string>;
  /** Undefined if there is nothing of the product. */
  readonly view: MountView | undefined;
  /** In the order of release. */
  readonly held: readonly ProductMount[];
  /** Tasks in the control groups of the product's containers. */
  readonly tasks: readonly LeftTask[];
  /** Every container that runs and is not of the product. */
  readonly bystanders: readonly Bystander[];
}

/** One step for one mount or one container. */
export type ProductStep =
  | { readonly kind: 'unmount'; readonly mode: 'plain' | 'lazy'; readonly mount: MountWitness }
  | { readonly kind: 'stop'; readonly id: string; readonly name: string; readonly running: 'true' | 'restarting' }
  | {
      readonly kind: 'remove';
      readonly container: Pick<ContainerState, 'id' | 'name' | 'status' | 'dead' | 'removing' | 'mountId' | 'rootPath'>;
      /** What Docker removes with it. */
      readonly directories: readonly string[];
      readonly watch: readonly Bystander[];
    };

/** A change of this module. */
export interface ProductChange extends Change {
  readonly step: ProductStep;
}
