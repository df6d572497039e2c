import { describe, expect, it } from 'vitest';
import {
  calendarOf,
  cronTimesOf,
  dividesTheDay,
  periodOf,
  splayOf,
  stableDelay,
} from '../../../../src/modules/schedule/times.ts';
import { calendarMistake, cronMistake } from '../../../../src/modules/schedule/written-times.ts';

describe('a period', () => {
  it.each([
    ['1m', '*-*-* *:*:00', '* * * * *'],
    ['15m', '*-*-* *:00/15:00', '*/15 * * * *'],
    ['1h', '*-*-* *:00:00', '0 * * * *'],
    ['6h', '*-*-* 00/6:00:00', '0 */6 * * *'],
    ['1d', '*-*-* 00:00:00', '0 0 * * *'],
    ['7d', 'Mon *-*-* 00:00:00', '0 0 * * 1'],
  ])('of %s is %s to systemd and %s to cron', (every, calendar, cron) => {
    expect(dividesTheDay(periodOf({ every }) ?? 0)).toBe(true);
    expect([calendarOf({ every }), cronTimesOf({ every })]).toEqual([calendar, cron]);
    expect([calendarMistake(calendar), cronMistake(cron)]).toEqual([undefined, undefined]);
  });

  it.each([0, 1, 30, 61, 7 * 60, 90 * 60, 5 * 3600, 2 * 86_400])(
    'of %i seconds means not the same to both',
    (seconds) => {
      expect(dividesTheDay(seconds)).toBe(false);
    },
  );

  it('leaves times that are written out as they are', () => {
    const times = { calendar: 'Sat 03:00', cron: '0 3 * * 6' };
    expect([periodOf(times), calendarOf(times), cronTimesOf(times)]).toEqual([undefined, 'Sat 03:00', '0 3 * * 6']);
  });
});

describe('the moments at which hosts start', () => {
  it('are spread over a part of the period, or over what is given', () => {
    expect([{ every: '15m' }, { every: '1d' }, { calendar: 'daily' }, { every: '1h', splay: 0 }].map(splayOf)).toEqual([
      90, 900, 300, 0,
    ]);
  });

  it('stay the same on a host, lie within the splay, and differ from host to host', () => {
    const delays = Array.from({ length: 200 }, (_, index) => stableDelay(`machine${index}`, 'sweep', 300));
    expect(stableDelay('machine7', 'sweep', 300)).toBe(delays[7]);
    expect(Math.max(...delays)).toBeLessThanOrEqual(300);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(new Set(delays).size).toBeGreaterThan(100);
    expect(stableDelay('machine7', 'other', 300)).not.toBe(delays[7]);
    expect(stableDelay('machine7', 'sweep', 0)).toBe(0);
  });
});

describe('times that are written out', () => {
  it.each([
    'daily',
    'Mon..Fri *-*-* 03:00:00',
    'Sat,Sun 4:30',
    '*-*-01 00:00',
    '*:0/15',
    '*-*-* *:*:00/5',
    'Mon',
    'daily UTC',
  ])('%s may be a calendar expression', (text) => expect(calendarMistake(text)).toBeUndefined());

  it.each([
    ['15m', /give it as `every`/],
    ['0 3 * * *', /give it as `cron`/],
    ['nightly', /no calendar expression/],
    ['25:00', /hour or a minute/],
    ['Mon 03:75', /hour or a minute/],
    ['daily\nExecStart=/bin/x', /no calendar expression/],
    [' daily', /no calendar expression/],
    ['%H', /no calendar expression/],
  ])('%j is none', (text, why) => expect(calendarMistake(text)).toMatch(why));

  it.each(['0 3 * * 1-5', '*/15 * * * *', '5,35 0-6/2 1 jan mon', '@daily'])('%s may be times of cron', (text) =>
    expect(cronMistake(text)).toBeUndefined(),
  );

  it.each(['0 3 * *', '0 25 * * *', '* * * * * root', '0 3 * * %', '*/15 * * * *\n* * * * *', '@reboot', 'daily'])(
    '%j are no times of cron',
    (text) => expect(cronMistake(text)).toBeDefined(),
  );
});
