import { describe, expect, it } from 'vitest';
import { scheduleParams } from '../../../../src/modules/schedule/params.ts';

const GOOD = { name: 'sweep', playbook: 'sweep-dead.yml', every: '15m' };

/** What is wrong, as "field: message". */
function wrong(more: object): readonly string[] {
  const parsed = scheduleParams.safeParse({ ...GOOD, ...more });
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the parameters of a schedule', () => {
  it.each([
    {},
    { every: undefined, calendar: 'daily' },
    { every: undefined, calendar: 'daily', cron: '0 3 * * *' },
    { splay: 0 },
    { metrics: '/var/lib/metrics/unbusy.prom' },
    { metrics: '' },
    { state: 'absent' },
    { state: 'absent', playbook: undefined, every: undefined },
  ])('may be %j', (more) => expect(wrong(more)).toEqual([]));

  it.each([
    [{ playbook: undefined }, /^playbook: is needed/],
    [{ every: undefined }, /^every: or `calendar` is needed/],
    [{ calendar: 'daily' }, /^every: does not go with/],
    [{ every: '7m' }, /^every: must be whole minutes/],
    [{ every: '1m' }, /^budget: must be shorter than `every`/],
    [{ splay: '15m' }, /^splay: must be shorter/],
    [{ budget: '2d', every: '7d' }, /^budget: must lie/],
    [{ every: undefined, calendar: '15m' }, /^calendar: is a length of time/],
    [{ every: undefined, cron: '%' }, /^cron: must be the five/],
    [{ name: 'Sweep.sh' }, /^name: must be a short name/],
    [{ metrics: '/var/lib/a b.prom' }, /^metrics: /],
    [{ metrics: '/var/lib/metrics/unbusy.txt' }, /^metrics: /],
    [{ directory: '/opt/100%' }, /^directory: must be an absolute path of letters/],
    [{ directory: '/opt/$(id)' }, /^directory: /],
    [{ by: 'anacron' }, /^by: /],
  ])('may not be %j', (more, message) => {
    expect(wrong(more)).toEqual([expect.stringMatching(message)]);
  });
});
