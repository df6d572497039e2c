import { describe, expect, it } from 'vitest';
import { type Batch, DEFAULT_STOP, type Rollout } from '../../../src/config/play-rollout.ts';
import { lamps, runLamps } from '../../support/lamp-fleet.ts';

const one: Batch = { size: { kind: 'hosts', hosts: 1 }, soakMs: 0 };
const all: Batch = { size: { kind: 'share', percent: 100 }, soakMs: 0 };
const canary: Batch = { size: { kind: 'canary' }, soakMs: 0 };
const rollout = (...batches: readonly Batch[]): Rollout => ({ batches, stop: DEFAULT_STOP, order: 'inventory' });
const tolerant = { failed: { kind: 'hosts', hosts: 9 }, unknown: { kind: 'hosts', hosts: 9 } } as const;

describe('batches', () => {
  it('follow each other, and each is begun when the one before has ended', async () => {
    const { events, switched, report } = await runLamps({
      fleet: lamps(['a', 'b', 'c', 'd']),
      rollout: rollout(one, { size: { kind: 'hosts', hosts: 2 }, soakMs: 0 }),
    });
    const order = events.flatMap((event) => {
      if (event.kind === 'batch-start') return [event.hosts.join('')];
      return event.kind === 'host-end' ? [`end ${event.result.host}`] : [];
    });
    expect(order).toEqual(['a', 'end a', 'bc', 'end b', 'end c', 'd', 'end d']);
    expect([switched.sort(), report.exitCode]).toEqual([['a', 'b', 'c', 'd'], 0]);
  });

  it('soak between each other, not after the last', async () => {
    const { slept, events } = await runLamps({
      fleet: lamps(['a', 'b', 'c']),
      rollout: rollout({ ...one, soakMs: 5000 }, { ...all, soakMs: 7000 }),
    });
    expect(slept).toEqual([5000]);
    expect(events.filter((event) => event.kind.startsWith('soak')).map((event) => event.kind)).toEqual([
      'soak-start',
      'soak-end',
    ]);
  });

  it('are not waited for in check mode, which looks at all hosts at once', async () => {
    const { slept, report } = await runLamps({
      fleet: lamps(['a', 'b'], { a: { trouble: 'blind' } }),
      rollout: rollout({ ...one, soakMs: 5000 }),
      input: { mode: 'check' },
    });
    expect([slept, report.stopped]).toEqual([[], undefined]);
    expect(report.hosts.map(({ status }) => status)).toEqual(['unknown', 'would-change']);
  });

  it('end where a soak is interrupted, and say who was not reached', async () => {
    const drain = new AbortController();
    const { statuses, report } = await runLamps({
      fleet: lamps(['a', 'b']),
      rollout: rollout({ ...one, soakMs: 5000 }),
      input: { drain: drain.signal },
      onEvent: (event) => event.kind === 'soak-start' && drain.abort(),
    });
    expect(statuses).toEqual({ a: 'changed', b: 'not-reached' });
    expect(report.exitCode).toBe(130);
  });

  it('stop when a host of the last one does not answer after its soak', async () => {
    const fleet = lamps(['a', 'b', 'c']);
    const down = (event: { readonly kind: string }) => {
      const a = fleet.get('a');
      if (event.kind === 'soak-start' && a !== undefined) a.trouble = 'down';
    };
    const soaked = rollout({ ...one, soakMs: 5000 }, all);
    const { statuses, report } = await runLamps({ fleet, rollout: soaked, onEvent: down });
    expect(statuses).toEqual({ a: 'unreachable', b: 'not-reached', c: 'not-reached' });
    expect(report.stopped).toMatchObject({ kind: 'rule', rule: 'unreachable', hosts: ['a'] });
    const well = await runLamps({ fleet: lamps(['a', 'b', 'c']), rollout: soaked });
    expect(well.statuses).toEqual({ a: 'changed', b: 'changed', c: 'changed' });
  });

  it('refuse soaks that last longer than the run may', async () => {
    const fleet = lamps(['a', 'b']);
    const input = { deadlines: { hostMs: 1, taskMs: 1, runMs: 4000 } };
    const run = runLamps({ fleet, rollout: rollout({ ...one, soakMs: 5000 }), input });
    await expect(run).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('stop rules', () => {
  it('strike at the first failed host by themselves: later batches are not reached, exit 6', async () => {
    const { statuses, report, log } = await runLamps({
      fleet: lamps(['a', 'b', 'c'], { a: { trouble: 'stuck' } }),
      rollout: rollout(one),
    });
    expect(statuses).toEqual({ a: 'failed', b: 'not-reached', c: 'not-reached' });
    expect(report.stopped).toEqual({
      ...{ kind: 'rule', rule: 'failed', tolerated: '0', count: 1, of: 3, hosts: ['a'] },
      where: 'play "lights 0", batch 1 of 3',
    });
    expect(report.exitCode).toBe(6);
    expect(log.filter((line) => line.startsWith('connect'))).toEqual(['connect a']);
  });

  it('count over the whole run, not for each batch', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const stuck = { a: { trouble: 'stuck' }, c: { trouble: 'stuck' } } as const;
    const tolerating = (hosts: number): Rollout => ({
      ...rollout(one),
      stop: { ...DEFAULT_STOP, failed: { kind: 'hosts', hosts } },
    });
    const struck = await runLamps({ fleet: lamps(names, stuck), rollout: tolerating(1) });
    expect(struck.report.stopped).toMatchObject({ rule: 'failed', count: 2, tolerated: '1', hosts: ['a', 'c'] });
    expect(struck.switched).toEqual(['a', 'b', 'c']);
    const spared = await runLamps({ fleet: lamps(names, stuck), rollout: tolerating(2) });
    expect([spared.report.stopped, spared.report.exitCode]).toEqual([undefined, 5]);
    expect(spared.switched).toEqual(names);
  });

  it('take percentages of all hosts of the run, and strike above them', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const down = { a: { trouble: 'down' } } as const;
    const spared = await runLamps({ fleet: lamps(names, down), rollout: rollout(one) });
    expect([spared.report.stopped, spared.report.exitCode]).toEqual([undefined, 4]);
    const both = { ...down, b: { trouble: 'down' } } as const;
    const struck = await runLamps({ fleet: lamps(names, both), rollout: rollout(one) });
    expect(struck.report.stopped).toMatchObject({ rule: 'unreachable', tolerated: '20%', count: 2, of: 5 });
  });

  it('hold without batches too: no further host is begun, those at work go on', async () => {
    const fleet = lamps(['a', 'b', 'c', 'd'], { a: { trouble: 'stuck' } });
    const stop: Rollout = { batches: [], stop: DEFAULT_STOP, order: 'inventory' };
    const narrow = await runLamps({ fleet, rollout: stop, input: { forks: 1 } });
    expect(narrow.switched).toEqual(['a']);
    const none = await runLamps({ fleet: lamps(['a', 'b'], { a: { trouble: 'stuck' } }), input: { forks: 1 } });
    expect(none.statuses).toEqual({ a: 'failed', b: 'changed' });
  });

  it('end later plays too', async () => {
    const fleet = lamps(['a', 'b'], { a: { trouble: 'stuck' } });
    const { statuses, report, switched } = await runLamps({ fleet, rollout: rollout(all), plays: 2 });
    expect(statuses).toEqual({ a: 'failed', b: 'not-reached' });
    expect(switched.sort()).toEqual(['a', 'b']);
    expect(report.hosts[1]?.tasks.map(({ status, note }) => [status, note])).toEqual([
      ['changed', undefined],
      ['not-reached', expect.stringContaining('stop rule failed')],
    ]);
  });
});

describe('canaries', () => {
  const kinds = { a: { signature: 'x' }, b: { signature: 'x' }, c: { signature: 'y' }, d: { signature: 'y' } };
  const names = ['a', 'b', 'c', 'd', 'e'];

  it('are one host for each signature; an unknown signature comes last and stands for nobody', async () => {
    const { events, log } = await runLamps({
      fleet: lamps(['e', 'a', 'b', 'c', 'd'], { ...kinds, e: { trouble: 'down' } }),
      rollout: rollout(canary, all),
    });
    const plan = events.find((event) => event.kind === 'rollout')?.plan;
    expect(plan?.batches.map(({ kind, hosts }) => [kind, hosts.join('')])).toEqual([
      ['canary', 'ac'],
      ['hosts', 'bd'],
      ['unknown', 'e'],
    ]);
    expect(plan?.unlike).toEqual([{ host: 'e', why: 'E_CONNECT_TCP: refused' }]);
    const firstSwitch = log.findIndex((line) => line.startsWith('switch'));
    expect(log.slice(0, firstSwitch).filter((line) => line.startsWith('look'))).toHaveLength(4 + 2);
  });

  it('keep the hosts that they stand for from the same fate, and only those', async () => {
    const { statuses, switched, report } = await runLamps({
      fleet: lamps(names, { ...kinds, e: { signature: 'y' }, c: { signature: 'y', trouble: 'stuck' } }),
      rollout: { ...rollout(canary, all), stop: { ...DEFAULT_STOP, ...tolerant } },
    });
    expect(statuses).toEqual({ a: 'changed', b: 'changed', c: 'failed', d: 'not-reached', e: 'not-reached' });
    expect(switched.sort()).toEqual(['a', 'b', 'c']);
    expect(report.hosts[3]?.tasks[0]?.note).toBe('held back: its canary c ended failed');
  });

  it('end the run by the stop rules when one fails', async () => {
    const { switched, report } = await runLamps({
      fleet: lamps(names, { ...kinds, c: { signature: 'y', trouble: 'stuck' } }),
      rollout: rollout(canary, all),
    });
    expect(switched.sort()).toEqual(['a', 'c', 'e']);
    expect(report.stopped).toMatchObject({ kind: 'rule', rule: 'failed', hosts: ['c'] });
  });

  it('are refused where no task tells hosts apart', async () => {
    const fleet = lamps(['a']);
    const run = runLamps({ fleet, rollout: rollout(canary), input: { modules: new Map() } });
    await expect(run).rejects.toMatchObject({ code: 'E_PLAYBOOK', message: expect.stringContaining('canaries') });
  });
});
