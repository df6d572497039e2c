import { describe, expect, it } from 'vitest';
import type { HostResult, TaskResult } from '../../../src/core/results.ts';
import { fleetFlowLines, hostFlowLines, itemLines } from '../../../src/report/flow-lines.ts';
import { planLines } from '../../../src/report/plan-view.ts';
import { Story } from '../../../src/report/story.ts';
import { createStyle } from '../../../src/report/style.ts';
import { renderSummary } from '../../../src/report/summary.ts';
import { runReport, taskResult } from '../../support/events.ts';

const style = createStyle({ color: false, unicode: false });
const error = { code: 'E_BUSY', message: 'held by pid 9' } as const;

const rescued = taskResult('a', 'failed', { task: 'new way', taskIndex: 1, error, rescued: true });
const pending = taskResult('a', 'not-reached', {
  task: 'restart docker',
  taskIndex: 3,
  note: 'the session with the host was lost',
  notifiedBy: [{ task: 'write drop-in', kind: 'changed' }],
});
const again = taskResult('a', 'changed', {
  task: 'restart docker',
  taskIndex: 3,
  notifiedBy: [{ task: 'write drop-in', kind: 'unsettled', why: 'dockerd is older' }],
});
const usual = taskResult('a', 'changed', { ...again, notifiedBy: [{ task: 'write drop-in', kind: 'changed' }] });
const host = (status: HostResult['status'], ...tasks: TaskResult[]): HostResult => ({
  ...{ host: 'a', status, tasks, durationMs: 5 },
  ...(tasks.some((task) => task.rescued) ? { rescued: ['new way'] } : {}),
});
const recap = (result: HostResult) => renderSummary(runReport([result]), { style, columns: 200 }).join('\n');

describe('what the numbers of a run do not say', () => {
  it('is told under the host', () => {
    expect(hostFlowLines(host('unknown', rescued, pending), style)).toEqual([
      'rescued: new way: E_BUSY: held by pid 9',
      'did not run: restart docker, notified by write drop-in (changed): the session with the host was lost',
    ]);
    expect(hostFlowLines(host('changed', again), style)).toEqual([
      'notified again: restart docker, by write drop-in (found not in effect: dockerd is older)',
    ]);
    expect(hostFlowLines(host('changed', usual), style)).toEqual([]);
    const out = taskResult('a', 'skipped', {
      ...pending,
      status: 'skipped',
      note: 'left out by the tags',
      leftOut: true,
    });
    expect(hostFlowLines(host('changed', out), style)).toEqual([
      'did not run: restart docker, notified by write drop-in (changed): left out by the tags',
    ]);
    // A handler that its own condition skips is as wanted.
    const unwanted = taskResult('a', 'skipped', { ...pending, status: 'skipped', note: 'when: false' });
    expect(hostFlowLines(host('changed', unwanted), style)).toEqual([]);
  });

  it('is told in the recap', () => {
    expect(recap(host('ok', rescued))).toContain('  rescued 1 a: new way: E_BUSY: held by pid 9\n');
    expect(recap(host('ok', rescued))).not.toContain('why 1');
    expect(recap(host('unknown', pending))).toContain(
      '  handler did not run 1 a: restart docker, notified by write drop-in',
    );
    expect(recap(host('changed', again))).toContain('  handler notified again 1 a: restart docker, by write drop-in');
    expect(recap(host('changed', usual))).not.toContain('handler');
  });

  it('gives the reason of one host as an example where hosts have different ones', () => {
    const notice = { task: 'write drop-in', kind: 'unsettled', why: 'dockerd (pid 9) is older' } as const;
    const other = { ...host('changed', taskResult('b', 'changed', { ...again, notifiedBy: [notice] })), host: 'b' };
    const lines = (...hosts: HostResult[]) => fleetFlowLines(hosts, 80).map(({ text }) => text);
    expect(lines(host('changed', again), other)).toEqual([
      '  handler notified again 2 a,b: restart docker, for instance on a by write drop-in (found not in effect: dockerd is older)',
    ]);
    expect(lines(host('changed', again), { ...host('changed', again), host: 'b' })[0]).not.toContain('for instance');
  });

  it('stands in the story of a host that went on after a rescue', () => {
    const story = new Story(style, 0);
    story.lines({ kind: 'run-start', playbook: 'p', mode: 'run', hosts: ['a'], tasks: [] });
    expect(story.lines({ kind: 'host-end', result: host('ok', rescued) })).toEqual([
      'a  + ok  went on after a rescue',
      '    rescued: new way: E_BUSY: held by pid 9',
    ]);
  });

  it('is told of a handler that would run after a change', () => {
    const note = 'would run after: write drop-in';
    const handler = taskResult('a', 'would-change', { task: 'restart docker', taskIndex: 3, note });
    expect(planLines([host('would-change', handler)], style)).toEqual([
      'a',
      '  restart docker (dead_containers)',
      '    o would run after: write drop-in',
    ]);
  });

  it('names each entry of a loop', () => {
    const items = [
      { item: 'docker', status: 'changed' as const },
      { item: { unit: 'ntp' }, status: 'failed' as const, error },
      { item: 'x', status: 'not-reached' as const },
    ];
    expect(itemLines(items, style)).toEqual([
      'docker: * changed',
      '{"unit":"ntp"}: x failed: E_BUSY: held by pid 9',
      'x: . not-reached',
    ]);
  });
});
