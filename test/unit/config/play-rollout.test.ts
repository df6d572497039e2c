import { describe, expect, it } from 'vitest';
import { DEFAULT_STOP } from '../../../src/config/play-rollout.ts';
import { loadPlaybook } from '../../../src/config/playbook.ts';
import { mistakesOf } from '../../support/mistakes.ts';
import { MODULE_FACTS } from '../../support/module-facts.ts';

const text = (...lines: readonly string[]) =>
  ['- hosts: all', ...lines.map((line) => `  ${line}`), '  tasks:', '    - {name: t, ping: }', ''].join('\n');
const rolloutOf = (...lines: readonly string[]) =>
  loadPlaybook('p.yml', text(...lines), MODULE_FACTS).plays[0]?.rollout;
const mistakes = (...lines: readonly string[]) => mistakesOf(() => loadPlaybook('p.yml', text(...lines), MODULE_FACTS));

describe('the rollout of a play', () => {
  it('is not there where the play says nothing', () => {
    expect(rolloutOf()).toBeUndefined();
  });

  it('reads batches of numbers, percentages and canaries, each with its own soak or the shared one', () => {
    expect(rolloutOf('batches: [canary, 1, {hosts: 12.5%, soak: 10m}, 100%]', 'soak: 30s')).toEqual({
      batches: [
        { size: { kind: 'canary' }, soakMs: 30_000 },
        { size: { kind: 'hosts', hosts: 1 }, soakMs: 30_000 },
        { size: { kind: 'share', percent: 12.5 }, soakMs: 600_000 },
        { size: { kind: 'share', percent: 100 }, soakMs: 30_000 },
      ],
      stop: DEFAULT_STOP,
      order: 'inventory',
    });
    expect(rolloutOf('batches: 5')?.batches).toEqual([{ size: { kind: 'hosts', hosts: 5 }, soakMs: 0 }]);
  });

  it('tolerates no failed and no unknown host by itself, and stops nothing without batches and stop', () => {
    expect(rolloutOf('stop: {failed: 3}')?.stop).toEqual({ ...DEFAULT_STOP, failed: { kind: 'hosts', hosts: 3 } });
    expect(rolloutOf('stop: {unreachable: 5%}')?.stop?.unreachable).toEqual({ kind: 'share', percent: 5 });
    expect(rolloutOf('order: shuffle')).toEqual({ batches: [], order: 'shuffle' });
  });

  it.each([
    ['batches: [0]', '2:13'],
    ['batches: [101%]', '2:13'],
    ['batches: [0%]', '2:13'],
    ['batches: []', '2:12'],
    ['batches: [1.5]', '2:13'],
    ['batches: [canry]', '2:13'],
    ['batches: [{hosts: 1, soka: 5m}]', '2:24'],
    ['stop: {failed: -1}', '2:18'],
    ['stop: {faild: 1}', '2:10'],
    ['stop: 5', '2:9'],
    ['order: random', '2:10'],
  ])('says what is wrong with %s', (line, place) => {
    expect(mistakes(line).map((each) => each.split(' ')[0])).toEqual([place]);
  });

  it('wants canaries first, and soaks between batches only', () => {
    expect(mistakes('batches: [1, canary]')).toEqual(['2:16 "canary" must be the first batch']);
    expect(mistakes('soak: 5m')).toEqual(['2:9 there is nothing between which to soak']);
    expect(mistakes('batches: [1]', 'soak: soon')).toEqual(['3:9 "soak" must be a duration such as 30s, 5m or 1h']);
  });
});
