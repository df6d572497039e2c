import { createHash } from 'node:crypto';
import { milliseconds } from '../../config/duration-schema.ts';

/** The times of a schedule as a playbook gives them. */
export interface Times {
  readonly every?: string | number | undefined;
  readonly calendar?: string | undefined;
  readonly cron?: string | undefined;
  readonly splay?: string | number | undefined;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Seconds between two starts; undefined where the times are written out. */
export function periodOf({ every }: Times): number | undefined {
  return every === undefined ? undefined : Math.round(milliseconds(every) / 1000);
}

/** True for a period that begins anew with each hour, day or week, so that it means the same to systemd and to cron. */
export function dividesTheDay(seconds: number): boolean {
  if (seconds < MINUTE || seconds % MINUTE !== 0) return false;
  return seconds === WEEK || (seconds <= HOUR ? HOUR % seconds === 0 : seconds % HOUR === 0 && DAY % seconds === 0);
}

/** The times for OnCalendar= (systemd.time(7)), in the form that systemd itself would print; undefined: only cron's are given. */
export function calendarOf(params: Times): string | undefined {
  const period = periodOf(params);
  if (period === undefined) return params.calendar;
  if (period === WEEK) return 'Mon *-*-* 00:00:00';
  if (period === DAY) return '*-*-* 00:00:00';
  if (period > HOUR) return `*-*-* 00/${period / HOUR}:00:00`;
  if (period === HOUR) return '*-*-* *:00:00';
  return period === MINUTE ? '*-*-* *:*:00' : `*-*-* *:00/${period / MINUTE}:00`;
}

/** The times for crontab(5); undefined: only systemd's are given. */
export function cronTimesOf(params: Times): string | undefined {
  const period = periodOf(params);
  if (period === undefined) return params.cron;
  if (period === WEEK) return '0 0 * * 1';
  if (period === DAY) return '0 0 * * *';
  if (period > HOUR) return `0 */${period / HOUR} * * *`;
  if (period === HOUR) return '0 * * * *';
  return period === MINUTE ? '* * * * *' : `*/${period / MINUTE} * * * *`;
}

/** Seconds over which hosts are spread: a tenth of the period and a quarter of an hour at most, five minutes for written-out times. */
export function splayOf(params: Times): number {
  if (params.splay !== undefined) return Math.round(milliseconds(params.splay) / 1000);
  const period = periodOf(params);
  return period === undefined ? 5 * MINUTE : Math.min(15 * MINUTE, Math.floor(period / 10));
}

/** A delay that is the same at each start on a host, and another one on others; in seconds, at most `splay`. */
export function stableDelay(machine: string, name: string, splay: number): number {
  const digits = createHash('sha256').update(`${machine} ${name}`).digest('hex').slice(0, 12);
  return Number.parseInt(digits, 16) % (splay + 1);
}
