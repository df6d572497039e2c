import { createHash } from 'node:crypto';
import { UnbusyError } from '../../core/errors.ts';

const MINUTE_MS = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;

/** How often something is to run, as cron and systemd write it. */
export interface Period {
  readonly ms: number;
  /** The five fields of crontab(5), with a minute that is the schedule's own, so that not all begin at the full hour. */
  readonly fields: string;
  /** OnCalendar= of systemd.time(7). */
  readonly calendar: string;
}

/** Throws E_USAGE for a period that crontabs cannot have: it must divide an hour or a day. */
export function periodOf(ms: number, schedule: string): Period {
  const minutes = ms / MINUTE_MS;
  const own = createHash('sha256').update(schedule).digest().readUInt32BE(0);
  const minute = own % Math.min(minutes, HOUR);
  if (Number.isInteger(minutes) && minutes > 0 && minutes < HOUR && HOUR % minutes === 0)
    return { ms, fields: `${minute}-59/${minutes} * * * *`, calendar: `*:0/${minutes}` };
  const hours = minutes / HOUR;
  if (hours === 1) return { ms, fields: `${minute} * * * *`, calendar: 'hourly' };
  if (minutes === DAY) return { ms, fields: `${minute} ${(own >>> 8) % 6} * * *`, calendar: 'daily' };
  if (Number.isInteger(hours) && hours > 0 && hours < 24 && 24 % hours === 0)
    return { ms, fields: `${minute} ${(own >>> 8) % hours}-23/${hours} * * *`, calendar: `0/${hours}:00` };
  throw new UnbusyError('E_USAGE', '--every must divide an hour or a day', {
    hint: 'Give for instance 10m, 30m, 1h, 6h or 1d.',
  });
}
