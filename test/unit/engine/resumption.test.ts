import { describe, expect, it } from 'vitest';
import { DEFAULT_STOP, type Rollout } from '../../../src/config/play-rollout.ts';
import type { HostResult, TaskStatus } from '../../../src/core/results.ts';
import type { PlannedBatch } from '../../../src/core/rollout.ts';
import type { Resumption } from '../../../src/engine/resumption.ts';
import { type Lamp, lamps, runLamps } from '../../support/lamp-fleet.ts';

/** Not the steps that were planned: a run that goes on keeps to those. */
const rollout: Rollout = {
  batches: [{ size: { kind: 'share', percent: 100 }, soakMs: 0 }],
  stop: DEFAULT_STOP,
  order: 'reverse',
};
const NOW = 1_000_000;

const ended = (...pairs: readonly (readonly [string, TaskStatus])[]): ReadonlyMap<string, HostResult> =>
  new Map(pairs.map(([host, status]) => [host, { host, status, tasks: [], durationMs: 1 }]));
const step = (hosts: string, soakMs = 0): PlannedBatch => ({ kind: 'hosts', hosts: [...hosts], soakMs });

async function resume(fleet: ReadonlyMap<string, Lamp>, steps: readonly PlannedBatch[], more: Partial<Resumption>) {
  const plans = new Map([[0, { play: 0, batches: steps, likenesses: [], unlike: [] }]]);
  return runLamps({ fleet, rollout, input: { resumption: { results: new Map(), plans, ...more } } });
}

describe('a run that goes on', () => {
  it('keeps to the steps that were planned, and touches no host that ended well', async () => {
    const results = ended(['a', 'changed'], ['b', 'ok'], ['c', 'failed'], ['d', 'not-reached']);
    const { report, switched, log } = await resume(lamps([...'abcde']), [step('ab'), step('dc'), step('e')], {
      results,
    });
    expect(switched).toEqual(['c', 'd', 'e']);
    expect(log.some((line) => / [ab]$/.test(line))).toBe(false);
    expect(report.hosts.map(({ host, status, earlier = false }) => [host, status, earlier])).toEqual([
      ['a', 'changed', true],
      ['b', 'ok', true],
      ['c', 'changed', false],
      ['d', 'changed', false],
      ['e', 'changed', false],
    ]);
    expect(report.exitCode).toBe(0);
  });

  it('takes hosts in trouble first, so that what is not mended stops it before anything new', async () => {
    const results = ended(['a', 'not-reached'], ['c', 'failed']);
    const stuck = { c: { trouble: 'stuck' } } as const;
    const { switched, statuses } = await resume(lamps([...'abc'], stuck), [step('abc')], { results });
    expect(switched).toEqual(['c']);
    expect(statuses).toEqual({ a: 'not-reached', b: 'not-reached', c: 'failed' });
    const mended = await resume(lamps([...'abc']), [step('abc')], { results });
    expect([mended.switched[0], mended.switched.length]).toEqual(['c', 3]);
  });

  it('soaks what was left of a soak, and only that', async () => {
    const results = ended(['a', 'changed']);
    const steps = [step('a', 60_000), step('b')];
    const at = (agoMs: number) => ({ results, lastEnd: { play: 0, number: 1, atMs: NOW - agoMs } });
    expect((await resume(lamps(['a', 'b']), steps, at(20_000))).slept).toEqual([40_000]);
    expect((await resume(lamps(['a', 'b']), steps, at(90_000))).slept).toEqual([]);
    expect((await resume(lamps(['a', 'b']), steps, { results })).slept).toEqual([]);
  });

  it('takes hosts that no step knows last', async () => {
    const { events } = await resume(lamps(['new', 'a', 'b']), [step('b'), step('a')], {});
    const plan = events.find((event) => event.kind === 'rollout')?.plan;
    expect(plan?.batches.map(({ kind, hosts }) => [kind, hosts])).toEqual([
      ['hosts', ['b']],
      ['hosts', ['a']],
      ['unknown', ['new']],
    ]);
  });

  it('counts percentages of all hosts of the run, also of those that were done', async () => {
    const results = ended(['a', 'ok'], ['b', 'ok'], ['c', 'ok'], ['d', 'ok']);
    const down = { e: { trouble: 'down' } } as const;
    const { report } = await resume(lamps([...'abcde'], down), [step('abcde')], { results });
    expect([report.stopped, report.exitCode]).toEqual([undefined, 4]);
    const alone = await resume(lamps(['e'], down), [step('e')], {});
    expect(alone.report.stopped).toMatchObject({ rule: 'unreachable' });
  });
});
