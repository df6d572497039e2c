import { z } from './schema.ts';

/** An absolute path; a trailing slash and NUL are refused, for the kernel would read another name. */
export function pathSchema(): z.ZodType<string> {
  return z.string().regex(/^\/(?:[^\0]*[^\0/])?$/, 'must be an absolute path without a slash at its end');
}

/** A file mode as a string of octal digits; YAML would read a bare 0644 as the number 644. */
export function modeSchema(): z.ZodType<string> {
  return z
    .string({ error: "must be a string of octal digits in quotes, such as '0644'" })
    .regex(/^[0-7]{3,4}$/, "must be octal digits, such as '0644'");
}

/** A user or group, by name or number. */
export function principalSchema(): z.ZodType<string> {
  return z
    .string({ error: 'must be a name, or a number in quotes' })
    .regex(/^(?:\d+|[A-Za-z_][A-Za-z0-9_.-]*\$?)$/, 'must be a name or a number');
}

/** Text that can travel as a shell argument. */
export function argumentSchema(): z.ZodType<string> {
  return z.string().refine((text) => !text.includes('\0'), { message: 'cannot hold a NUL byte' });
}
