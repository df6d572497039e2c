import type { Playbook } from '../config/playbook-model.ts';
import type { Inputs } from './load-inputs.ts';

/** What the command line chose: a playbook, the hosts for it, and the tasks of it. */
export interface Selection extends Inputs {
  readonly playbook: Playbook;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}
