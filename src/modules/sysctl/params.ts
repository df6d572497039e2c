import { z } from '../../config/schema.ts';

/** What a playbook says of a kernel parameter. */
export interface SysctlParams {
  readonly key: string;
  readonly value: string | number;
  readonly persistent: boolean;
  readonly file: string;
  readonly if_exists: boolean;
}

const word = () =>
  z
    .string()
    .regex(
      /^[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_.:@/-]*[A-Za-z0-9_-])$/,
      'must be a parameter, such as fs.may_detach_mounts',
    )
    .refine((key) => !key.split(/[./]/).includes(''), { message: 'must not hold an empty word' });

/** The schema is the documentation. */
export const sysctlParams: z.ZodType<SysctlParams> = z.lazy(() =>
  z.strictObject({
    key: word().describe('The kernel parameter, such as fs.may_detach_mounts.'),
    value: z
      .union([z.string().regex(/^[^\0\r\n]*[^\0\r\n\s][^\0\r\n]*$/, 'must be one line that is not empty'), z.number()])
      .describe('Its value; white space counts as one blank.'),
    persistent: z.boolean().default(true).describe('Also write it to a file that is read at boot.'),
    file: z
      .string()
      .regex(/^\/etc\/sysctl\.d\/[A-Za-z0-9_@-][A-Za-z0-9_.@-]*\.conf$/, 'must be /etc/sysctl.d/NAME.conf')
      .default('/etc/sysctl.d/60-unbusy.conf')
      .describe('That file; files are read in the order of their names, and the last one wins.'),
    if_exists: z
      .boolean()
      .default(false)
      .describe('Where the kernel has no such parameter, do nothing instead of failing.'),
  }),
);
