import { DURATION_FORMS, parseDuration } from '../core/clock.ts';
import { z } from './schema.ts';

/** A length of time as people write it: 500ms, 30s, 10m, or a bare number of seconds. */
export function durationSchema() {
  return z
    .union([
      z
        .string()
        .refine((text) => parseDuration(text) !== undefined, { message: `must be a duration: ${DURATION_FORMS}` }),
      z.number().nonnegative(),
    ])
    .meta({ title: 'duration' });
}

/** A duration parameter in milliseconds; the schema has checked it. */
export function milliseconds(value: string | number): number {
  return parseDuration(String(value)) ?? 0;
}
