import { describe, expect, it } from 'vitest';
import { periodOf } from '../../../../src/cli/doctor/period.ts';

const MINUTE = 60_000;
const fieldsOf = (minutes: number, schedule = 'a') => periodOf(minutes * MINUTE, schedule).fields;

/** Starts of a day in minutes, as crontab(5) reads minute and hour fields of the kinds that we write. */
function startsOf(fields: string): readonly number[] {
  const [minute = '', hour = '', ...rest] = fields.split(' ');
  expect(rest).toEqual(['*', '*', '*']);
  const values = (field: string, most: number): readonly number[] => {
    const all = Array.from({ length: most + 1 }, (_, at) => at);
    if (field === '*') return all;
    const [, from = '', to = from, step = '1'] = /^(\d+)(?:-(\d+)\/(\d+))?$/.exec(field) ?? [];
    expect(from).not.toBe('');
    return all.filter((at) => at >= Number(from) && at <= Number(to) && (at - Number(from)) % Number(step) === 0);
  };
  return values(hour, 23).flatMap((h) => values(minute, 59).map((m) => h * 60 + m));
}

describe('a period', () => {
  it.each([1, 5, 10, 30, 60, 120, 360, 720, 1440])('of %i minutes begins that often, evenly, all day', (minutes) => {
    for (const schedule of ['a', 'b', 'c', 'd']) {
      const starts = startsOf(fieldsOf(minutes, schedule));
      expect(starts).toHaveLength(1440 / minutes);
      for (const [at, start] of starts.entries()) expect(start).toBe((starts[0] ?? 0) + at * minutes);
    }
  });

  it('begins at a minute of the schedule’s own, always the same one', () => {
    const minutes = Array.from({ length: 50 }, (_, at) => fieldsOf(60, `schedule ${at}`).split(' ')[0]);
    expect(new Set(minutes).size).toBeGreaterThan(20);
    expect(fieldsOf(60, 'x')).toBe(fieldsOf(60, 'x'));
  });

  it.each([0, 0.5, 7, 45, 90, 300, 2880])('of %d minutes cannot stand in a crontab', (minutes) => {
    expect(() => fieldsOf(minutes)).toThrow('must divide an hour or a day');
  });

  it.each([
    [10, '*:0/10'],
    [60, 'hourly'],
    [360, '0/6:00'],
    [1440, 'daily'],
  ])('of %i minutes is OnCalendar=%s', (minutes, calendar) => {
    expect(periodOf(minutes * MINUTE, 'a').calendar).toBe(calendar);
  });
});
