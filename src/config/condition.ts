import type { JsonObject } from '../core/json.ts';
import type { Truth } from './playbook-model.ts';
import { z } from './schema.ts';

/** A parameter that holds a condition: its text, and its truth once evaluated with what is known then. */
export interface Condition {
  readonly text: string;
  /** `extra` names come on top of what the task knew when it began, for instance `result` of a command. */
  test(extra: JsonObject): Truth;
}

const one = z.custom<Condition>(isCondition, { message: 'must be an expression, or a list of them' });

/**
 * Schema of a parameter that is named in a module's `conditions`. In the playbook it is an expression, true or false,
 * or a list of them; the module gets a list of Condition that hold together.
 */
export const conditionList = z
  .union([one, z.array(one)])
  .transform((given): readonly Condition[] => (Array.isArray(given) ? given : [given]))
  .meta({ conditions: true });

function isCondition(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Condition>).test === 'function';
}
