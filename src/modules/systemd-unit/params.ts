import { z } from '../../config/schema.ts';
import { unitSchema } from '../../config/unit-schema.ts';

/** What a playbook says of a unit. */
export interface UnitParams {
  readonly name: string;
  readonly state: 'started' | 'stopped' | 'restarted' | 'unchanged';
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
  readonly force: boolean;
}

const fields = () => ({
  name: unitSchema().describe('The unit, such as docker.service.'),
  state: z
    .enum(['started', 'stopped', 'restarted', 'unchanged'])
    .default('unchanged')
    .describe(
      'started and stopped do nothing where it is so already. restarted restarts once each time that the task runs: it is meant for handlers.',
    ),
  enabled: z.boolean().optional().describe('Whether it starts with the host; left as it is if not given.'),
  masked: z
    .boolean()
    .optional()
    .describe(
      'Whether it is kept from ever being started; left as it is if not given, and then a masked unit is not started.',
    ),
  force: z
    .boolean()
    .default(false)
    .describe('Also stop, restart, disable or mask what the host or the way into it depends on, such as sshd or dbus.'),
});

/** A masked unit can be neither started nor enabled. */
export const unitParams: z.ZodType<UnitParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    if (params.masked === true && (params.state === 'started' || params.state === 'restarted'))
      mistake('state', `\`${params.state}\` does not go with \`masked: true\``);
    if (params.masked === true && params.enabled === true) mistake('enabled', 'true does not go with `masked: true`');
    if (params.state === 'unchanged' && params.enabled === undefined && params.masked === undefined)
      mistake('state', 'or `enabled` or `masked` is needed: nothing is asked of the unit');
  }),
);
