import { type CompiledHook, hookSchema } from '../../config/compiled-hook.ts';
import { durationSchema, milliseconds } from '../../config/duration-schema.ts';
import { z } from '../../config/schema.ts';
import type { Json } from '../../core/json.ts';
import { dividesTheDay, periodOf, splayOf, type Times } from './times.ts';
import { calendarMistake, cronMistake } from './written-times.ts';

/** What a playbook says of a schedule. */
export interface ScheduleParams extends Times {
  readonly name: string;
  readonly playbook?: CompiledHook | undefined;
  readonly vars: Readonly<Record<string, Json>>;
  readonly budget: string | number;
  readonly by: 'auto' | 'systemd' | 'cron';
  readonly metrics?: string | undefined;
  readonly directory: string;
  readonly force: boolean;
  readonly state: 'present' | 'absent';
}

/** No blank, no quote and no %: these paths stand in unit files and in lines of cron. */
const plainPath = () =>
  z.string().regex(/^(?:\/[A-Za-z0-9_.+-]+)+$/, 'must be an absolute path of letters, digits and _ . + - alone');

const fields = () => ({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be a short name of small letters, digits and -')
    .describe('Name of the schedule: NAME.sh, unbusy-NAME.timer, /etc/cron.d/unbusy-NAME.'),
  playbook: hookSchema()
    .optional()
    .describe('The playbook to compile and install, as `unbusy compile` makes it; relative to this playbook.'),
  vars: z
    .record(z.string(), z.unknown() as z.ZodType<Json>)
    .default({})
    .describe('Variables for that playbook, as -e gives them to `unbusy compile`.'),
  every: durationSchema()
    .optional()
    .describe('How often: a part of an hour or of a day, such as 15m, 1h, 6h, 1d; or 7d.'),
  calendar: z
    .string()
    .max(200)
    .optional()
    .describe(
      'Instead of `every`: the times as systemd writes them, such as Mon..Fri 03:00. The host is asked whether it understands them.',
    ),
  cron: z
    .string()
    .max(200)
    .optional()
    .describe('Beside `calendar`, for hosts without systemd: the times as cron writes them, such as 0 3 * * 1-5.'),
  splay: durationSchema()
    .optional()
    .describe(
      'Hosts start at different moments within this time, each always at the same one. A tenth of `every`, 15m at most, if not given; 5m with `calendar`.',
    ),
  budget: durationSchema().default('5m').describe('Time for one sweep; what has not ended then is ended.'),
  by: z
    .enum(['auto', 'systemd', 'cron'])
    .default('auto')
    .describe('What starts it. auto: a timer where systemd runs the host, else /etc/cron.d.'),
  metrics: z
    .union([
      plainPath().refine((path) => path.endsWith('.prom'), {
        message: 'must end in .prom: node-exporter reads no other file',
      }),
      z.literal(''),
    ])
    .meta({ title: 'path' })
    .optional()
    .describe(
      'File for the textfile collector of node-exporter, such as /var/lib/node_exporter/textfile_collector/unbusy.prom; none if not given, or empty.',
    ),
  directory: plainPath()
    .default('/usr/local/lib/unbusy')
    .describe('Directory of the hook; made if it is not there, and removed with the last hook in it.'),
  force: z
    .boolean()
    .default(false)
    .describe('Also replace or remove files of these names that somebody edited, or that unbusy did not write.'),
  state: z
    .enum(['present', 'absent'])
    .default('present')
    .describe('absent takes away the hook, its timer or its line of cron, and its metrics; its log stays.'),
});

const DAY_SECONDS = 86_400;

/** Times are needed for what should be there, and they must leave room for the sweep. */
export const scheduleParams: z.ZodType<ScheduleParams> = z.lazy(() =>
  z.strictObject(fields()).superRefine((params, context) => {
    if (params.state === 'absent') return;
    const mistake = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    if (params.playbook === undefined) mistake('playbook', 'is needed, unless `state: absent`');
    const { every, calendar, cron } = params;
    if (every === undefined && calendar === undefined && cron === undefined)
      mistake('every', 'or `calendar` is needed: nothing says when');
    if (every !== undefined && (calendar !== undefined || cron !== undefined))
      mistake('every', 'does not go with `calendar` or `cron`');
    const wrong = { calendar: calendar && calendarMistake(calendar), cron: cron && cronMistake(cron) };
    for (const [field, why] of Object.entries(wrong)) if (why) mistake(field, why);
    const budget = milliseconds(params.budget) / 1000;
    if (budget < 1 || budget > DAY_SECONDS) mistake('budget', 'must lie between one second and a day');
    const period = periodOf(params);
    if (period === undefined) return;
    if (!dividesTheDay(period))
      mistake(
        'every',
        'must be whole minutes that part an hour, or hours that part a day, or 7d; say others with `calendar`',
      );
    else if (budget >= period) mistake('budget', 'must be shorter than `every`');
    if (splayOf(params) >= period) mistake('splay', 'must be shorter than `every`');
  }),
);
