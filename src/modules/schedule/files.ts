import { milliseconds } from '../../config/duration-schema.ts';
import { printable } from '../../core/text.ts';
import type { ScheduleFacts } from '../../programs/schedule-facts.ts';
import { marked } from './own-mark.ts';
import type { ScheduleParams } from './params.ts';
import { calendarOf, cronTimesOf, periodOf, splayOf, stableDelay } from './times.ts';

/** The files that a schedule consists of, in the order in which they are written. */
export const KINDS = ['script', 'service', 'timer', 'cron'] as const;
export type FileKind = (typeof KINDS)[number];

/** Mode of each: the hook is started by its path; the others are read. */
export const MODES: Readonly<Record<FileKind, string>> = {
  script: '0755',
  service: '0644',
  timer: '0644',
  cron: '0644',
};

/** FixedRandomDelay= (systemd.timer(5)) came with this version; before it, RandomizedDelaySec= is another one at each start. */
const FIXED_DELAY_VERSION = 247;

/** What a service may need to end after its budget, before systemd ends it. */
const GRACE_SECONDS = 60;

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where each file stands. cron takes no dot in a name (run-parts(8)). */
export function pathsOf({ name, directory }: ScheduleParams): Readonly<Record<FileKind, string>> {
  return {
    script: `${directory}/${name}.sh`,
    service: `/etc/systemd/system/unbusy-${name}.service`,
    timer: `/etc/systemd/system/unbusy-${name}.timer`,
    cron: `/etc/cron.d/unbusy-${name}`,
  };
}

/** The units of a schedule. */
export function unitsOf({ name }: ScheduleParams): { readonly service: string; readonly timer: string } {
  return { service: `unbusy-${name}.service`, timer: `unbusy-${name}.timer` };
}

/** What starts the schedule on this host. */
export function starterOf({ by }: ScheduleParams, { systemd }: ScheduleFacts): 'systemd' | 'cron' {
  if (by !== 'auto') return by;
  return systemd === undefined ? 'cron' : 'systemd';
}

/** The whole text of each file; null: it should not be there. `host` stands for a host without a machine id. */
export function textsOf(
  params: ScheduleParams,
  facts: ScheduleFacts,
  host: string,
): Readonly<Record<FileKind, string | null>> {
  const none = { script: null, service: null, timer: null, cron: null };
  if (params.state === 'absent' || params.playbook === undefined) return none;
  const delay = stableDelay(facts.machine ?? host, params.name, splayOf(params));
  const script = params.playbook.text;
  if (starterOf(params, facts) === 'cron') return { ...none, script, cron: cronText(params, delay) };
  const isFixed = (facts.systemd ?? 0) >= FIXED_DELAY_VERSION;
  return { ...none, script, service: serviceText(params, isFixed ? 0 : delay), timer: timerText(params, isFixed) };
}

function comments(params: ScheduleParams): readonly string[] {
  const { name, playbook } = params;
  return [
    `Sweeps this host on its own, by ${printable(playbook?.playbook ?? '')}: schedule ${name} of unbusy.`,
    'Change it in the playbook: an edit here is not overwritten, but stops the next change.',
  ];
}

/** The command; its words need no quotes, neither for systemd nor for a shell. */
function commandOf(params: ScheduleParams, ...more: readonly string[]): string {
  const period = periodOf(params);
  return [
    pathsOf(params).script,
    ...['--strict', ...more, '--budget', String(budgetOf(params))],
    ...(period === undefined ? [] : ['--period', String(period)]),
    ...(params.metrics ? ['--metrics', params.metrics] : []),
  ].join(' ');
}

const budgetOf = ({ budget }: ScheduleParams): number => Math.ceil(milliseconds(budget) / 1000);

function serviceText(params: ScheduleParams, delay: number): string {
  // A % begins a specifier (systemd.unit(5)).
  const playbook = printable(params.playbook?.playbook ?? '').replaceAll('%', '%%');
  const body = `[Unit]
Description=Free what dead containers hold, by ${playbook} (unbusy)

[Service]
Type=oneshot
# It enters the mount namespaces of others and must have none of its own, or it would hold mounts itself:
# no PrivateTmp=, ProtectSystem=, MountFlags= or the like.
${delay === 0 ? '' : `ExecStartPre=/bin/sleep ${delay}\n`}ExecStart=${commandOf(params)}
TimeoutStartSec=${delay + budgetOf(params) + GRACE_SECONDS}
Nice=10
IOSchedulingClass=best-effort
IOSchedulingPriority=7
`;
  return marked(comments(params), body);
}

function timerText(params: ScheduleParams, isFixed: boolean): string {
  const splay = splayOf(params);
  const spread = isFixed && splay > 0 ? `RandomizedDelaySec=${splay}\nFixedRandomDelay=true\n` : '';
  const body = `[Unit]
Description=Times of ${unitsOf(params).service} (unbusy)

[Timer]
OnCalendar=${calendarOf(params) ?? ''}
Persistent=true
AccuracySec=1s
${spread}
[Install]
WantedBy=timers.target
`;
  return marked(comments(params), body);
}

/** No % in the line, for cron makes a newline of it; it mails what is printed, so that only trouble is. */
function cronText(params: ScheduleParams, delay: number): string {
  const wait = delay === 0 ? '' : `sleep ${delay}; `;
  const body = `SHELL=/bin/sh
PATH=${PATH}
${cronTimesOf(params) ?? ''} root ${wait}exec nice -n 10 ${commandOf(params, '--quiet')}
`;
  return marked(comments(params), body);
}

/** The metrics file that an installed service or line of cron names. */
export function metricsIn(text: string | undefined): string | undefined {
  return / --metrics (\/\S+)/.exec(text ?? '')?.[1];
}
