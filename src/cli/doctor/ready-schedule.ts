import { hostname } from 'node:os';
import { basename, extname, resolve } from 'node:path';
import type { Style } from '../../report/style.ts';
import type { Given } from '../given.ts';
import type { OptionSpec } from '../option.ts';
import { scheduleOf } from '../schedule/scheduled-run.ts';
import { optionWords, ownCommand } from './command-words.ts';
import { account } from './cron-world.ts';
import { type Period, periodOf } from './period.ts';
import type { Times } from './schedule-checks.ts';
import { crontabLine, serviceUnit, timerUnit } from './schedule-files.ts';

/** What can be put into a crontab, or below /etc/systemd/system, as it is. */
export interface ReadySchedule {
  readonly times: Times;
  readonly crontab: string;
  readonly units: readonly { readonly name: string; readonly lines: readonly string[] }[];
}

/** Told by words of their own, or by the units. */
const WITHOUT: ReadonlySet<string> = new Set([
  'cron',
  'every',
  'splay',
  'timeout',
  'ask-become-pass',
  'verbose',
  'json',
  'jsonl',
]);

const MINUTE_MS = 60_000;
const MOST_SPREAD_MS = 900_000;

/** The line and the units for a run with these options. Throws E_USAGE for what cannot stand there. */
export function readySchedule(file: string, given: Given, options: readonly OptionSpec[]): ReadySchedule {
  const schedule = scheduleOf(file, given);
  const period = periodOf(
    given.duration('every') ?? 0,
    JSON.stringify([hostname(), schedule.playbook, schedule.inventory]),
  );
  const times = timesOf(period, given);
  const words = [...ownCommand(), 'run', resolve(file), ...optionWords(options, given, WITHOUT), '--cron'];
  if (given.text('metrics') !== undefined) words.push('--every', durationWord(period.ms));
  const timeout = ['--timeout', durationWord(times.deadlineMs)];
  const splay = times.splayMs === 0 ? [] : ['--splay', durationWord(times.splayMs)];
  const stem = basename(file, extname(file)).replaceAll(/[^\w.-]/g, '_');
  const { username, homedir } = account();
  const spreadMs = times.splayMs === 0 ? Math.min(MOST_SPREAD_MS, period.ms / 4) : times.splayMs;
  const timer = {
    ...{ name: basename(file), user: username, home: homedir, calendar: period.calendar, splayMs: spreadMs },
    longestMs: times.waitMs + times.deadlineMs,
  };
  return {
    times,
    crontab: crontabLine(period.fields, [...words, ...splay, ...timeout]),
    units: [
      { name: `unbusy-${stem}.service`, lines: serviceUnit([...words, ...timeout], timer) },
      { name: `unbusy-${stem}.timer`, lines: timerUnit(timer) },
    ],
  };
}

/** Without a deadline of its own, a run gets four fifths of what the period leaves. */
function timesOf({ ms: periodMs }: Period, given: Given): Times {
  const splayMs = given.duration('splay') ?? 0;
  const waitMs = given.duration('lock-wait') ?? 0;
  const typed = given.typed.has('timeout') || given.text('timeout') !== given.fallbackOf('timeout');
  const room = Math.max(0, periodMs - splayMs - waitMs) * 0.8;
  const deadlineMs = typed
    ? (given.duration('timeout') ?? 0)
    : Math.max(MINUTE_MS, Math.floor(room / MINUTE_MS) * MINUTE_MS);
  return { periodMs, splayMs, waitMs, deadlineMs };
}

function durationWord(ms: number): string {
  return ms % MINUTE_MS === 0 ? `${ms / MINUTE_MS}m` : `${Math.ceil(ms / 1000)}s`;
}

/** Line and units with where they belong. */
export function scheduleLines({ crontab, units }: ReadySchedule, style: Style): readonly string[] {
  return [
    style.paint('bold', '# crontab -e (cron mails what a run says to MAILTO)'),
    crontab,
    ...units.flatMap(({ name, lines }) => ['', style.paint('bold', `# /etc/systemd/system/${name}`), ...lines]),
  ];
}
