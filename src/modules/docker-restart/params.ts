import { z } from '../../config/schema.ts';
import { parseDuration } from '../../core/clock.ts';

/** What a playbook says of a restart of dockerd. */
export interface DockerRestartParams {
  readonly policy: 'now' | 'when_idle' | 'window' | 'never';
  readonly window?: string | undefined;
  readonly force: boolean;
  readonly confirm_within: string | number;
}

/** Less is not enough for a daemon to stop, start and be asked; more than an hour is no watch. */
const WITHIN_MS = { least: 30_000, most: 3_600_000 };

const WINDOW = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

const fields = () => ({
  policy: z
    .enum(['now', 'when_idle', 'window', 'never'])
    .default('now')
    .describe(
      'When dockerd may be restarted, if it has to be: now; when_idle (no container would stop, and no build, pull or exec is ' +
        'under way); window; never. Otherwise the change is left pending.',
    ),
  window: z
    .string()
    .regex(WINDOW, 'must be two times of a day, such as 02:00-04:00')
    .refine((text) => text.slice(0, 5) !== text.slice(6), { message: 'must not be empty: begin and end are the same' })
    .optional()
    .describe(
      "For policy window, and needed there: the hours, by the host's own clock, such as '22:30-04:00'; the end is not part of it.",
    ),
  force: z
    .boolean()
    .default(false)
    .describe(
      'Restart also if nothing asks for it, if the daemon is silent, so that nobody knows what would stop, or with the very ' +
        'change that the host took back before.',
    ),
  confirm_within: z
    .union([z.string(), z.number()])
    .refine(isWithin, { message: 'must be a duration from 30s to 1h' })
    .default('2m')
    .describe(
      'From the restart on; after this time the host takes the change back by itself, unless all was found well and confirmed. ' +
        'About three quarters of it are for dockerd to answer again.',
    ),
});

function isWithin(value: string | number): boolean {
  const ms = parseDuration(String(value));
  return ms !== undefined && ms >= WITHIN_MS.least && ms <= WITHIN_MS.most;
}

/** The schema is the documentation. */
export const dockerRestartParams: z.ZodType<DockerRestartParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((given, context) => {
    if (given.policy !== 'window' || given.window !== undefined) return;
    context.addIssue({ code: 'custom', message: 'is needed for `policy: window`', path: ['window'] });
  }),
);

/** Whole seconds of confirm_within; the schema has checked it. */
export function withinSeconds({ confirm_within }: DockerRestartParams): number {
  return Math.ceil((parseDuration(String(confirm_within)) ?? 120_000) / 1000);
}

/** True if a minute of the day lies in a window; one whose end is before its begin goes over midnight. */
export function inWindow(minuteOfDay: number, window: string): boolean {
  const [, fromHour, fromMinute, toHour, toMinute] = WINDOW.exec(window) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  return from < to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to;
}
