import { describe, expect, it } from 'vitest';
import { Given, type RawValue } from '../../../../src/cli/given.ts';
import { refuseWithoutCron, SCHEDULE_OPTIONS } from '../../../../src/cli/schedule/options.ts';

const given = (typed: Readonly<Record<string, RawValue>>) =>
  new Given(SCHEDULE_OPTIONS, new Map(Object.entries(typed)), {});

describe('options of a schedule', () => {
  it.each(SCHEDULE_OPTIONS.map(({ name }) => name).filter((name) => name !== 'cron'))(
    'are a mistake without --cron, for there would be no lock: --%s',
    (name) => {
      const value = name === 'notify-on' ? 'problem' : '5m';
      expect(() => refuseWithoutCron(given({ [name]: value }))).toThrow(`--${name} goes with --cron`);
      expect(() => refuseWithoutCron(given({ [name]: value, cron: true }))).not.toThrow();
    },
  );

  it('need not be given', () => {
    expect(() => refuseWithoutCron(given({}))).not.toThrow();
  });
});
