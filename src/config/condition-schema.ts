import type { Condition } from './condition.ts';
import { z } from './schema.ts';

/** True for a condition that the engine has made of a parameter's text. */
export function isCondition(value: unknown): value is Condition {
  return typeof value === 'object' && value !== null && 'text' in value && 'test' in value;
}

/**
 * A parameter that holds a condition. In a playbook it is text, or true or false; a module is given the `Condition` that the
 * engine made of it. The schema takes both, so that it can be applied before and after.
 */
export function conditionSchema(): z.ZodType<Condition> {
  return z
    .any()
    .refine((value) => typeof value === 'string' || typeof value === 'boolean' || isCondition(value), {
      message: 'a condition is text, true or false',
    })
    .meta({ type: ['string', 'boolean'] }) as z.ZodType<Condition>;
}
