import type { Change } from '../../core/results.ts';

/** What a change does; everything else that it needs is in its witness and in the parameters. */
export type ContainerAction = 'create' | 'replace' | 'start' | 'stop' | 'remove' | 'put-back';

/** One step for one container. */
export interface ContainerChange extends Change {
  readonly action: ContainerAction;
  /** Its name now; NAME.unbusy-old or NAME.unbusy-new for what an interrupted run left. */
  readonly name: string;
}
