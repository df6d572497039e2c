import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MetricFamily, readExposition, sampleOf } from '../support/exposition.ts';
import { bystanders } from './bystanders.ts';
import { mustRun } from './command.ts';
import { debianProgram } from './debian-program.ts';
import { describeLab } from './describe-lab.ts';
import { plantMonitors } from './faults/leak.ts';
import type { LabHost } from './host.ts';
import { source } from './paths.ts';
import { expectFreed, harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, SWEEP, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

const SCHEDULED = join(source('../..'), 'playbooks/scheduled-sweep.yml');
const RULES = join(source('../..'), 'playbooks/alerts');
const METRICS = '/var/lib/node_exporter/textfile_collector/unbusy.prom';
/** The rule of old kernels is laid over dockerd, not over what a timer starts: in such a host no directory is removed. */
const UNMOUNT = { release: ['unmount'], older_than: '0s' };

let unbusy: Unbusy;
let promtool: Awaited<ReturnType<typeof debianProgram>>;
beforeAll(async () => {
  unbusy = new Unbusy();
  promtool = await debianProgram('promtool');
  if (!promtool.ok) process.stderr.write(`schedules: ${promtool.why}\n`);
});
afterAll(() => unbusy?.close());

/** Runs the shipped playbook. */
const shipped = (host: LabHost, vars: object, ...args: readonly string[]) =>
  unbusy.playbook([host], SCHEDULED, ['-e', JSON.stringify({ ...UNMOUNT, metrics: METRICS, ...vars }), ...args]);

/** Runs a playbook that schedules the shipped sweep at other times. */
function scheduled(host: LabHost, params: object): Promise<UnbusyRun> {
  const all = { name: 'sweep', playbook: SWEEP, vars: UNMOUNT, splay: 0, metrics: METRICS, ...params };
  const play = { name: 'times', hosts: 'all', become: true, tasks: [{ name: 'times', schedule: all }] };
  return unbusy.playbook([host], unbusy.file('times.yml', JSON.stringify([play])));
}

async function until(what: string, seconds: number, ask: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`in ${seconds} s it did not come to this: ${what}`);
    await sleep(300);
  }
}

/** What the collector would read; the real parser of Prometheus must take it too. */
async function numbers(host: LabHost): Promise<ReadonlyMap<string, MetricFamily>> {
  // A command's output comes without its last newline, and the file needs it.
  const text = (await host.must(`cat ${METRICS}; echo .`)).replace(/\.$/, '');
  if (promtool.ok) await mustRun(promtool.path, ['check', 'metrics'], { input: text });
  return readExposition(text);
}

const MINE = { playbook: 'sweep-dead' };
const traces = (host: LabHost) =>
  host.must(
    "find / -xdev -name '*unbusy*' ! -path '/proc/*' ! -path '/var/log/unbusy*' ! -path '/var/lib/unbusy*' ! -path '/run/*'",
  );
const idle = async (host: LabHost) =>
  (await host.must('systemctl show -P ActiveState unbusy-sweep.service')).trim() === 'inactive';

/** A host with a leak, and a directory that node-exporter would read. */
async function plant(host: LabHost) {
  await host.must(`mkdir -p ${METRICS.replace(/\/[^/]*$/, '')}`);
  return plantMonitors(host);
}

async function expectSwept(host: LabHost): Promise<void> {
  const families = await numbers(host);
  const of = (name: string, labels = {}) => sampleOf(families, name, { ...MINE, ...labels });
  expect(of('unbusy_released_total')).toBeGreaterThan(1);
  expect([of('unbusy_hosts', { state: 'failed' }), of('unbusy_unknown_hosts')]).toEqual([0, 0]);
  expect(of('unbusy_last_success_timestamp_seconds')).toBe(of('unbusy_last_run_timestamp_seconds'));
  for (const value of families.get('unbusy_leaks')?.samples.values() ?? []) expect(value).toBe(0);
}

describeLab(
  'a host that sweeps itself (legacy rmdir rule, emulated)',
  { timer: { legacyRmdir: true }, cron: { legacyRmdir: true } },
  (hosts) => {
    test('a timer fires by itself and sweeps; other times arm it anew; absent takes all of it away', async () => {
      await hosts.timer.fresh(async (host) => {
        const planted = await plant(host);
        const living = await bystanders(host);
        const before = await traces(host);
        expect((await harmless(host, () => shipped(host, {}, '--check'))).code).toBe(3);
        const nonsense = await harmless(host, () => scheduled(host, { calendar: 'Mon..Fry 03:00' }));
        expect([nonsense.code, refusalsOf(nonsense).join()]).toEqual([5, expect.stringMatching(/Mon\.\.Fry/)]);

        const first = await shipped(host, {});
        expect(first.code, troubleOf(first)).toBe(0);
        expect(changesOf(first)).toEqual([
          'create /usr/local/lib/unbusy: changed',
          'create /usr/local/lib/unbusy/sweep.sh: changed',
          'create /etc/systemd/system/unbusy-sweep.service: changed',
          'create /etc/systemd/system/unbusy-sweep.timer: changed',
          'enable unbusy-sweep.timer: changed',
          'start unbusy-sweep.timer: changed',
        ]);
        const units = 'unbusy-sweep.service unbusy-sweep.timer';
        expect(await host.must(`systemd-analyze verify --man=no --recursive-errors=no ${units} 2>&1`)).toBe('');
        const again = await harmless(host, () => shipped(host, {}));
        expect([again.code, changesOf(again)], troubleOf(again)).toEqual([0, []]);

        const trigger = () => host.must('systemctl show -P LastTriggerUSec unbusy-sweep.timer');
        expect((await trigger()).trim()).toMatch(/^(n\/a)?$/);
        const often = await scheduled(host, { calendar: '*-*-* *:*:00/5', budget: '1m' });
        expect(often.code, troubleOf(often)).toBe(0);
        expect(changesOf(often)).toEqual([
          'write /etc/systemd/system/unbusy-sweep.service: changed',
          'write /etc/systemd/system/unbusy-sweep.timer: changed',
        ]);
        await until('the timer has fired', 30, async () => /\d/.test(await trigger()));
        await until('the sweep has told its numbers', 60, async () => (await host.sh(`test -e ${METRICS}`)).code === 0);
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
        await expectSwept(host);

        const seldom = await shipped(host, {});
        expect(seldom.code, troubleOf(seldom)).toBe(0);
        await until('no sweep runs', 60, () => idle(host));
        // A sweep that failed would stay listed, also without its unit.
        await host.must(`cd /usr/local/lib/unbusy && mv sweep.sh kept
          systemctl start unbusy-sweep.service && exit 1
          mv kept sweep.sh && systemctl --failed | grep unbusy-sweep`);
        const gone = await shipped(host, { state: 'absent' });
        expect(gone.code, troubleOf(gone)).toBe(0);
        expect(await traces(host)).toBe(before);
        expect(await host.must("systemctl list-units --all --no-legend '*unbusy*'; ls /usr/local/lib")).not.toContain(
          'unbusy',
        );
        const twice = await harmless(host, () => shipped(host, { state: 'absent' }));
        expect([twice.code, changesOf(twice)], troubleOf(twice)).toEqual([0, []]);
      });
    });

    test('cron fires at the minute and sweeps', async () => {
      await hosts.cron.fresh(async (host) => {
        const planted = await plant(host);
        const living = await bystanders(host);
        const before = await traces(host);
        const minutely = { by: 'cron', every: '1m', budget: '50s' };
        const first = await scheduled(host, minutely);
        expect(first.code, troubleOf(first)).toBe(0);
        expect(changesOf(first)).toEqual([
          'create /usr/local/lib/unbusy: changed',
          'create /usr/local/lib/unbusy/sweep.sh: changed',
          'create /etc/cron.d/unbusy-sweep: changed',
        ]);
        await until('cron has swept', 100, async () => (await host.sh(`test -e ${METRICS}`)).code === 0);
        await expectFreed(host, planted);
        expect(await bystanders(host)).toEqual(living);
        await expectSwept(host);
        // Whatever a job prints, cron mails.
        expect(await host.must('journalctl -b --no-pager -o cat -t CRON -t cron')).toMatch(
          /CMD \(exec nice .*sweep\.sh/,
        );
        const gone = await scheduled(host, { ...minutely, state: 'absent' });
        expect(gone.code, troubleOf(gone)).toBe(0);
        expect(await traces(host)).toBe(before);
      });
    });

    test('the shipped alerts are valid, and fire when they should', async () => {
      if (!promtool.ok) return;
      await mustRun(promtool.path, ['check', 'rules', join(RULES, 'unbusy.rules.yml')]);
      await mustRun(promtool.path, ['test', 'rules', join(RULES, 'unbusy.rules.test.yml')]);
    });
  },
);
