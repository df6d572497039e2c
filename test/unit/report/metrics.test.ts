import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/findings.ts';
import type { HostResult, TaskResult, TaskStatus } from '../../../src/core/results.ts';
import { TASK_STATUSES } from '../../../src/core/results.ts';
import { parseExposition, renderExposition } from '../../../src/report/exposition.ts';
import { MOST_SERIES } from '../../../src/report/leak-series.ts';
import { type MetricsFacts, metricsOf } from '../../../src/report/metrics.ts';
import { change, hostResult, runReport, taskResult } from '../../support/events.ts';
import { readExposition } from '../../support/exposition-reader.ts';

const leak = (id: string, cause = 'private copy'): Finding => ({ id, kind: 'leak', title: 't', cause, remedy: 'r' });
const host = (name: string, status: TaskStatus, findings: readonly Finding[] = [], extra = {}): HostResult => ({
  ...hostResult(name, status),
  tasks: [taskResult(name, status, { findings, ...extra })],
});
const down = (name: string) => hostResult(name, 'unreachable', { code: 'E_AUTH', message: 'no' });
const facts = (hosts: readonly HostResult[] | undefined, exitCode = 0, endedMs = 2_000_000): MetricsFacts => ({
  ...{ playbook: 'sweep', version: '1.0', startedMs: endedMs - 1500, endedMs, exitCode },
  ...(hosts === undefined ? {} : { report: runReport(hosts) }),
});

/** The file of a run, read strictly; `before` is the file that was there. */
function file(
  run: MetricsFacts,
  before = '',
): { text: string; value(name: string, labels?: object): number | undefined } {
  const text = renderExposition(metricsOf(run, parseExposition(before) ?? []));
  const series = readExposition(text);
  for (const each of series) expect(each.labels.playbook).toBe('sweep');
  const value = (name: string, labels: object = {}) => {
    const wanted = JSON.stringify(Object.entries({ playbook: 'sweep', ...labels }).sort());
    return series.find((each) => each.name === name && JSON.stringify(Object.entries(each.labels).sort()) === wanted)
      ?.value;
  };
  return { text, value };
}

describe('the metrics of a run', () => {
  it('count hosts in every state, 0 included', () => {
    const { value } = file(facts([host('a', 'ok'), host('b', 'changed'), host('c', 'ok'), down('d')], 4));
    const states = TASK_STATUSES.map((state) => [state, value('unbusy_hosts', { state })]);
    expect(Object.fromEntries(states)).toEqual({
      ...{ ok: 2, changed: 1, 'would-change': 0, failed: 0, unknown: 0, skipped: 0, unreachable: 1, 'not-reached': 0 },
    });
    expect(value('unbusy_unknown_hosts')).toBe(1);
    expect(value('unbusy_run_duration_seconds')).toBe(1.5);
    expect(value('unbusy_info', { version: '1.0' })).toBe(1);
    expect(value('unbusy_period_seconds')).toBeUndefined();
    expect(file({ ...facts([host('a', 'ok')]), periodMs: 600_000 }).value('unbusy_period_seconds')).toBe(600);
  });

  it('keep the last success, the first of which need not be there', () => {
    const bad = file(facts([down('a')], 4, 1_000_000));
    expect(bad.value('unbusy_last_success_timestamp_seconds')).toBeUndefined();
    const good = file(facts([host('a', 'ok')], 0, 2_000_000), bad.text);
    expect(good.value('unbusy_last_success_timestamp_seconds')).toBe(2000);
    const worse = file(facts([down('a')], 4, 3_000_000), good.text);
    expect([
      worse.value('unbusy_last_success_timestamp_seconds'),
      worse.value('unbusy_last_run_timestamp_seconds'),
    ]).toEqual([2000, 3000]);
  });

  it('count a failed step as failed and not as unknown, and a gap as unknown', () => {
    const failed = host('a', 'failed', [], { error: { code: 'E_BUSY', message: 'busy' } });
    const gap = host('b', 'ok', [], { gaps: [{ what: 'process 1', why: 'denied' }] });
    expect(file(facts([failed], 5)).value('unbusy_unknown_hosts')).toBe(0);
    expect(file(facts([gap], 9)).value('unbusy_unknown_hosts')).toBe(1);
  });

  it('go on with the number of released mounts, those under a removed directory each', () => {
    const freed = (covers?: number) => change('changed', covers === undefined ? {} : { witness: { covers } });
    const changes = [freed(), freed(3), change('stale'), change('changed', { risk: 'file' })];
    const first = file(facts([host('a', 'changed', [], { changes })]));
    expect(first.value('unbusy_released_total')).toBe(4);
    expect(file(facts([host('a', 'ok')]), first.text).value('unbusy_released_total')).toBe(4);
    expect(file(facts([host('a', 'changed', [], { changes })]), first.text).value('unbusy_released_total')).toBe(8);
    expect(file(facts([host('a', 'ok')]), 'spoilt').value('unbusy_released_total')).toBe(0);
  });

  it('take nothing from the file of another playbook', () => {
    const other = 'unbusy_released_total{playbook="other"} 7\nunbusy_leaks{playbook="other",host="a",cause="c"} 1\n';
    const { value, text } = file(facts([host('a', 'ok')]), other);
    expect([value('unbusy_released_total'), text.includes('unbusy_leaks{')]).toEqual([0, false]);
  });
});

describe('leaks by host and cause', () => {
  const leaks = (run: MetricsFacts, before?: string) => {
    const { text } = file(run, before);
    return { text, series: text.split('\n').filter((line) => line.startsWith('unbusy_leaks{')) };
  };
  const line = (of: string, value: number, cause = 'private copy') =>
    `unbusy_leaks{playbook="sweep",host="${of}",cause="${cause}"} ${value}`;

  it('are counted, and drop to 0 for one run when the host is healed', () => {
    const sick = leaks(facts([host('a', 'failed', [leak('1'), leak('2'), leak('3', 'shim')]), host('b', 'ok')], 5));
    expect(sick.series).toEqual([line('a', 2), line('a', 1, 'shim')]);
    const healed = leaks(facts([host('a', 'ok'), host('b', 'ok')]), sick.text);
    expect(healed.series).toEqual([line('a', 0), line('a', 0, 'shim')]);
    expect(leaks(facts([host('a', 'ok')]), healed.text).series).toEqual([]);
  });

  it('stay as last seen where nobody could look, and drop to 0 where the host left the inventory', () => {
    const sick = leaks(facts([host('a', 'ok', [leak('1')]), host('b', 'ok', [leak('2')])], 3));
    expect(leaks(facts([down('a')], 4), sick.text).series).toEqual([line('a', 1), line('b', 0)]);
    expect(leaks(facts(undefined, 2), sick.text).series).toEqual([line('a', 1), line('b', 1)]);
  });

  it('are those that the last task of a module tells, if it looked after a change', () => {
    const tasks = (...later: readonly TaskResult[]) =>
      leaks(facts([{ ...hostResult('a', 'ok'), tasks: [taskResult('a', 'ok', { findings: [leak('1')] }), ...later] }]))
        .series;
    const changed = taskResult('a', 'changed', { changes: [change('changed')] });
    expect(tasks(changed)).toEqual([]);
    expect(tasks({ ...changed, module: 'docker_restart' }, taskResult('a', 'ok'))).toEqual([]);
    // It looked at something else, or at nothing; or nothing says that it looked again.
    const unlike: readonly (readonly TaskResult[])[] = [
      [],
      [taskResult('a', 'ok')],
      [taskResult('a', 'ok', { findings: [leak('1')] })],
      [{ ...changed, module: 'docker_restart' }],
      ...(['skipped', 'not-reached', 'unknown'] as const).map((status) => [
        { ...changed, module: 'docker_restart' },
        taskResult('a', status),
      ]),
      [{ ...changed, module: 'docker_restart' }, taskResult('a', 'ok', { items: [] })],
    ];
    for (const later of unlike) expect(tasks(...later)).toEqual([line('a', 1)]);
    expect(tasks(taskResult('a', 'ok', { findings: [leak('2')] }))).toEqual([line('a', 2)]);
  });

  it('stay as last seen where a task that failed kept the one that looks from its turn', () => {
    const sick = leaks(facts([host('a', 'ok', [leak('1')])], 3));
    const refused = taskResult('a', 'failed', { error: { code: 'E_REFUSED', message: 'no' } });
    const stopped = { ...hostResult('a', 'failed'), tasks: [refused, taskResult('a', 'not-reached')] };
    const after = facts([stopped], 5);
    expect(leaks(after, sick.text).series).toEqual([line('a', 1)]);
    expect(file(after).value('unbusy_unknown_hosts')).toBe(1);
    const alone = facts([{ ...stopped, tasks: [refused] }], 5);
    expect(leaks(alone, sick.text).series).toEqual([line('a', 0)]);
    expect(file(alone).value('unbusy_unknown_hosts')).toBe(0);
  });

  it('are no more than a limit, the greatest by themselves; the rest is summed up, and how many is said', () => {
    const hosts = Array.from({ length: MOST_SERIES + 100 }, (_, at) =>
      host(`h${at}`, 'ok', at === 0 ? [leak('1'), leak('2')] : [leak('1', `cause ${at % 70}`)]),
    );
    const { value, text } = file(facts(hosts, 3));
    const series = readExposition(text).filter(({ name }) => name === 'unbusy_leaks');
    expect(series.length).toBeLessThanOrEqual(MOST_SERIES);
    expect(series.reduce((sum, each) => sum + each.value, 0)).toBe(MOST_SERIES + 101);
    expect(series[0]).toMatchObject({ labels: { host: 'h0' }, value: 2 });
    expect(value('unbusy_leaks_folded_series')).toBe(MOST_SERIES + 100 - (MOST_SERIES - 50));
  });
});

describe('the metrics of a run that looked at no host', () => {
  it('say that the hosts of the last run were not reached, unless there are none any more', () => {
    const before = file(facts([host('a', 'ok'), down('b')], 4)).text;
    const spoilt = file(facts(undefined, 2, 9_000_000), before);
    expect(spoilt.value('unbusy_hosts', { state: 'not-reached' })).toBe(2);
    expect([spoilt.value('unbusy_hosts', { state: 'ok' }), spoilt.value('unbusy_unknown_hosts')]).toEqual([0, 2]);
    expect(spoilt.value('unbusy_last_run_timestamp_seconds')).toBe(9000);
    const empty = file(facts(undefined, 8), before);
    expect([empty.value('unbusy_hosts', { state: 'not-reached' }), empty.value('unbusy_unknown_hosts')]).toEqual([
      0, 0,
    ]);
  });
});
