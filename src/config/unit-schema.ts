import { z } from './schema.ts';

const TYPES = 'service|socket|mount|automount|swap|target|path|timer|slice|scope|device';

/** A unit's full name (systemd.unit(5)); a template is refused, for it has no state of its own. */
export function unitSchema(): z.ZodType<string> {
  return z
    .string()
    .max(255)
    .regex(new RegExp(`^[A-Za-z0-9:_.@\\\\-]+\\.(?:${TYPES})$`), "must be a unit's full name, such as docker.service")
    .refine((name) => !/@\.[a-z]+$/.test(name), {
      message: 'is a template: name an instance of it, such as a@1.service',
    });
}
