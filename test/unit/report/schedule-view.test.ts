import { describe, expect, it } from 'vitest';
import type { Standing, StandingDiff } from '../../../src/core/standing.ts';
import { MOST_LINES, renderSchedule, type ScheduleViewOptions } from '../../../src/report/schedule-view.ts';
import { createStyle } from '../../../src/report/style.ts';

const NONE: StandingDiff = { fresh: [], gone: [], still: [], left: [], unseen: [] };
const standing = (host: string, what: string, more: Partial<Standing> = {}): Standing => ({
  ...{ host, id: what, about: 'thing', trouble: true, what, group: what },
  ...more,
});
const lines = (diff: Partial<StandingDiff>, more: Partial<ScheduleViewOptions> = {}) =>
  renderSchedule(
    { ...NONE, ...diff },
    {
      ...{ style: createStyle({ color: false, unicode: false }), name: 'sweep.yml', exitCode: 5, withStill: false },
      ...{ record: '/r/1', ...more },
    },
  );

describe('what a scheduled run says', () => {
  it('is the sum, one line for equal things on many hosts, and where to look', () => {
    const same = ['cd01', 'cd02', 'cd03'].map((host) => standing(host, 'dockerd is silent', { hint: 'Look at it.' }));
    const diff = { fresh: same, gone: [standing('cd07', 'held by cadvisor')], still: [standing('cd09', 'x')] };
    expect(lines(diff)).toEqual([
      'sweep.yml: new 3, gone 1, still 1',
      '  new    cd[01-03]  dockerd is silent (and 2 alike)',
      '         -> Look at it.',
      '  gone   cd07  held by cadvisor',
      '  record: /r/1',
      'exit 5: some host failed',
    ]);
  });

  it('tells trouble first, what it did apart from what is new, and what still stands only if asked', () => {
    const fresh = [
      standing('a', 'put off: restart', { trouble: false }),
      standing('a', 'unmounted', { about: 'done', trouble: false }),
      standing('b', 'leak'),
    ];
    const still = [standing('c', 'old')];
    const short = lines({ fresh, still });
    expect(short.slice(0, 4)).toEqual([
      'sweep.yml: new 2, gone 0, still 1, done 1',
      '  new    b  leak',
      '  new    a  put off: restart',
      '  did    a  unmounted',
    ]);
    expect(short.join()).not.toContain('old');
    expect(lines({ still }, { withStill: true })).toContain('  still  c  old');
  });

  it('says of what could not be looked at again that it is neither gone nor still there', () => {
    const [head] = lines({ unseen: [standing('a', 'leak')], left: [standing('z', 'leak')] });
    expect(head).toBe('sweep.yml: new 0, gone 0, still 0, 1 of hosts that left the inventory, 1 not looked at again');
  });

  it('says that the last run is not known, and then calls nothing new', () => {
    const found = lines({ fresh: [standing('a', 'leak')] }, { memoryLost: '/m.json: it is no JSON' });
    expect(found.slice(0, 3)).toEqual([
      'sweep.yml: now 1',
      '  what the last run saw is not known (/m.json: it is no JSON), so this is all that is there',
      '  now    a  leak',
    ]);
  });

  it.each([1, 5, 7, 8, 50])(
    'has never more than ten lines, also for %i kinds, and says how many it left out',
    (kinds) => {
      const fresh = Array.from({ length: kinds }, (_, at) => standing(`h${at}`, `kind ${at}`, { hint: 'Do.' }));
      const all = lines({ fresh });
      expect(all.length).toBeLessThanOrEqual(MOST_LINES);
      const told = all.filter((line) => line.includes('  kind ')).length;
      const rest = /and (\d+) more/.exec(all.join('\n'))?.[1];
      expect(told + Number(rest ?? 0)).toBe(kinds);
      expect(all.at(-1)).toBe('exit 5: some host failed');
    },
  );

  it('names a record only where there is one: a check has none', () => {
    const fresh = Array.from({ length: 50 }, (_, at) => standing(`h${at}`, `kind ${at}`));
    const options = {
      style: createStyle({ color: false, unicode: false }),
      name: 'p.yml',
      exitCode: 3,
      withStill: false,
    };
    const without = renderSchedule({ ...NONE, fresh }, options).join('\n');
    expect(without).toContain('more lines: run it again without --cron to see all');
    expect(without).not.toContain('record');
    expect(lines({ fresh }).join('\n')).toMatch(/more lines: see the record\n/);
  });

  it('lets nothing of a host reach a terminal or a mail raw', () => {
    expect(lines({ fresh: [standing('a', 'x\u001b[2Jy')] }).join()).toContain('x\\x1b[2Jy');
  });
});
