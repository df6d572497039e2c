import { describe, expect, it } from 'vitest';
import { leakResult, leakWords } from '../../../../src/modules/docker-restart/leaks.ts';
import type { ForeignMount } from '../../../../src/mounts/foreign-mounts.ts';
import type { ForeignCount } from '../../../../src/programs/count-foreign-mounts.ts';

const copy = (namespace: number, point: string, name = `unit-${namespace}.service`): ForeignMount => ({
  containerId: 'f'.repeat(64),
  namespace,
  holder: { kind: 'unit', name, namespace },
  point,
});
const known = (...mounts: readonly ForeignMount[]): ForeignCount => ({ kind: 'known', mounts, containers: [] });
const unknown: ForeignCount = { kind: 'unknown', why: 'process 7: its mount table cannot be read' };

describe('leaked mounts before and after a restart', () => {
  it('are told only where there are more, with those that hold the new ones', () => {
    const before = known(copy(1, '/a'));
    const after = known(copy(1, '/a'), copy(2, '/a'), copy(2, '/b'), copy(3, '/a'));
    expect(leakWords({ before, after })).toEqual([
      'MORE mounts of containers in foreign namespaces than before the restart, 4 after 1, new ones held by unit unit-2.service (2), unit unit-3.service (1)',
    ]);
    expect(leakResult({ before, after })).toEqual({ leaks_before: 1, leaks_after: 4 });
    expect(leakWords({ before: after, after: before })).toEqual([]);
    expect(leakWords({ before, after: before })).toEqual([]);
  });

  it('are null where they could not be counted, which is said', () => {
    const counts = { before: known(), after: unknown };
    expect(leakResult(counts)).toEqual({ leaks_before: 0, leaks_after: null });
    expect(leakWords(counts)).toEqual([
      'leaked mounts after the restart were not counted: process 7: its mount table cannot be read',
    ]);
    expect(leakResult({ before: unknown, after: known() })).toEqual({ leaks_before: null, leaks_after: 0 });
    expect(leakWords({ before: unknown, after: unknown })).toHaveLength(2);
  });

  it('do not put the words of a host on a terminal as they are', () => {
    const words = leakWords({ before: known(), after: known(copy(1, '/a', 'evil\u001b[2J')) });
    expect(words.join('')).not.toContain('\u001b');
  });
});
