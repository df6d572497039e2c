import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExposition } from '../support/exposition-reader.ts';
import { bystanders } from './bystanders.ts';
import { run } from './command.ts';
import { describeLab } from './describe-lab.ts';
import { plantPrivateService } from './faults/leak.ts';
import { expectFreed } from './sweep-steps.ts';
import { SWEEP, Unbusy } from './unbusy.ts';

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

describeLab('a crontab on a control host', { held: { legacyRmdir: true }, other: {} }, (hosts) => {
  test('tells a leak that it freed, then nothing; again when it is back; a host that is away once, and that it is back', async () => {
    const { held, other } = hosts;
    const folder = dirname(unbusy.file('cron', ''));
    const metricsFile = join(folder, 'unbusy.prom');
    mkdirSync(join(folder, 'home'));
    // One command line, as a crontab has it: what is compared belongs to it.
    const args = ['run', SWEEP, '--cron', '--metrics', metricsFile, '--connect-timeout', '3s'];
    const words = [process.execPath, ...unbusy.argv([held, other], args)];
    const bare = ['-i', `HOME=${join(folder, 'home')}`, 'PATH=/usr/bin:/bin', 'SHELL=/bin/sh'];
    const job = async () => {
      const { code, stdout, stderr } = await run('env', [...bare, ...words], { timeoutMs: 120_000 });
      return { code, mail: stdout + stderr };
    };
    const metric = (name: string, labels: object = {}) =>
      readExposition(readFileSync(metricsFile, 'utf8')).find(
        (each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
      )?.value;

    const planted = await plantPrivateService(held);
    const living = await bystanders(held);
    const first = await job();
    expect(first.code, first.mail).toBe(0);
    expect(first.mail).toMatch(/^sweep-dead\.yml: new \d+, gone 0, still 0, done \d+\n/);
    expect(first.mail).toMatch(/ {2}did {4}held {2}unmount .*/);
    await expectFreed(held, planted);
    expect(await bystanders(held)).toEqual(living);
    const released = metric('unbusy_released_total') ?? 0;
    expect([released > 0, metric('unbusy_hosts', { state: 'changed' })]).toEqual([true, 1]);

    expect(await job()).toEqual({ code: 0, mail: '' });
    expect([metric('unbusy_hosts', { state: 'ok' }), metric('unbusy_released_total')]).toEqual([2, released]);

    await held.reset();
    const again = await plantPrivateService(held);
    const second = await job();
    expect([second.code, second.mail]).toEqual([0, expect.stringContaining('  did    held  unmount ')]);
    await expectFreed(held, again);
    expect(metric('unbusy_released_total')).toBeGreaterThan(released);

    await other.cut();
    const away = await job();
    expect([away.code, away.mail]).toEqual([4, expect.stringMatching(/ {2}new {4}other {2}unreachable: E_CONNECT_/)]);
    expect(await job()).toEqual({ code: 4, mail: '' });
    expect([metric('unbusy_hosts', { state: 'unreachable' }), metric('unbusy_unknown_hosts')]).toEqual([1, 1]);
    await other.heal();
    const back = await job();
    expect([back.code, back.mail]).toEqual([0, expect.stringMatching(/ {2}gone {3}other {2}unreachable: /)]);
    expect(await job()).toEqual({ code: 0, mail: '' });
    expect(metric('unbusy_last_success_timestamp_seconds')).toBe(metric('unbusy_last_run_timestamp_seconds'));
  });
});
