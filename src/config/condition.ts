import type { JsonObject } from '../core/json.ts';
import type { Truth } from './playbook-model.ts';

/** A parameter that holds a condition: its text, and its truth once evaluated with what is known then. */
export interface Condition {
  readonly text: string;
  /** `extra` names come on top of what the task knew when it began, for instance `result` of a command. */
  test(extra: JsonObject): Truth;
}
