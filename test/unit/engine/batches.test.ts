import { describe, expect, it } from 'vitest';
import type { Batch, Rollout } from '../../../src/config/play-rollout.ts';
import { inOrder, planBatches, type Signature } from '../../../src/engine/batches.ts';
import { StopCount } from '../../../src/engine/stop-count.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, index) => `h${index}`);
const share = (percent: number, soakMs = 0): Batch => ({ size: { kind: 'share', percent }, soakMs });
const number = (count: number): Batch => ({ size: { kind: 'hosts', hosts: count }, soakMs: 0 });
const canary: Batch = { size: { kind: 'canary' }, soakMs: 9 };
const rollout = (...batches: readonly Batch[]): Rollout => ({ batches, order: 'inventory' });
const sizes = (count: number, ...batches: readonly Batch[]) =>
  planBatches(hosts(count), rollout(...batches)).batches.map((batch) => batch.hosts.length);

describe('the size of batches', () => {
  it.each([
    ['their own size, not a running total', 100, [number(1), share(10), share(100)], [1, 10, 89]],
    ['the last one repeated', 10, [number(1), number(4)], [1, 4, 4, 1]],
    ['percentages rounded down', 19, [share(50)], [9, 9, 1]],
    ['percentages of 1 at least', 3, [share(10)], [1, 1, 1]],
    ['no more than there are', 2, [number(5), share(100)], [2]],
    ['nothing for no host', 0, [number(1)], []],
    ['all at once without any', 3, [], [3]],
  ] as const)('is %s', (_, count, batches, expected) => {
    expect(sizes(count, ...batches)).toEqual(expected);
  });
});

describe('canaries', () => {
  const known = (text: string): Signature => ({ kind: 'known', text });
  const signatures = new Map<string, Signature>([
    ['h0', { kind: 'unknown', why: 'down' }],
    ['h1', known('x')],
    ['h2', known('y')],
    ['h3', known('x')],
    ['h4', known('x')],
    ['h6', { kind: 'unknown', why: 'down' }],
  ]);
  const plan = (...batches: readonly Batch[]) =>
    planBatches(hosts(7), rollout(canary, ...batches), signatures).batches.map((batch) => [
      batch.kind,
      batch.hosts.join(''),
    ]);

  it('go first, one for each signature; what nobody knows comes last, from the first size on', () => {
    expect(plan(number(1), share(100))).toEqual([
      ['canary', 'h1h2'],
      ['hosts', 'h3'],
      ['hosts', 'h4'],
      ['unknown', 'h0'],
      ['unknown', 'h5h6'],
    ]);
  });

  it('are followed by all others where nothing else is said', () => {
    expect(plan()).toEqual([
      ['canary', 'h1h2'],
      ['hosts', 'h3h4'],
      ['unknown', 'h0h5h6'],
    ]);
  });

  it('are none where no signature is known, and a host that was not looked at is unknown', () => {
    const { batches, unlike } = planBatches(['a'], rollout(canary), new Map());
    expect([batches.map(({ kind }) => kind), unlike]).toEqual([
      ['unknown'],
      [{ host: 'a', why: 'it was not looked at' }],
    ]);
  });
});

describe('the order of hosts', () => {
  it('is what the play says', () => {
    const named = ['web10', 'web9', 'db1'].map((name) => ({ name }));
    const order = (how: Parameters<typeof inOrder>[1]) => inOrder(named, how).map(({ name }) => name);
    expect(order('inventory')).toEqual(['web10', 'web9', 'db1']);
    expect(order('reverse')).toEqual(['db1', 'web9', 'web10']);
    expect(order('sorted')).toEqual(['db1', 'web9', 'web10']);
    expect([...order('shuffle')].sort()).toEqual(['db1', 'web10', 'web9']);
    const many = hosts(100).map((name) => ({ name }));
    expect(inOrder(many, 'shuffle')).not.toEqual(many);
  });
});

describe('what is counted', () => {
  it('is each host by its last word, and a percentage is struck above, not at it', () => {
    const count = new StopCount(4);
    const none = { kind: 'hosts', hosts: 0 } as const;
    const rules = { failed: none, unknown: none, unreachable: { kind: 'share', percent: 25 } } as const;
    count.note('a', 'unreachable');
    expect(count.struck(rules, '')).toBeUndefined();
    count.note('b', 'unreachable');
    expect(count.struck(rules, 'here')).toMatchObject({
      rule: 'unreachable',
      tolerated: '25%',
      count: 2,
      where: 'here',
    });
    count.note('b', 'ok');
    count.note('c', 'not-reached');
    expect(count.struck(rules, '')).toBeUndefined();
    count.note('d', 'unknown');
    expect(count.struck(rules, '')).toMatchObject({ rule: 'unknown', hosts: ['d'] });
  });
});
