import { describe, expect, it } from 'vitest';
import { repeatedChange } from '../../../../src/modules/docker-restart/repeated.ts';
import type { Rejection } from '../../../../src/programs/undo-state.ts';
import { entry, restartState, watched } from './restart-cases.ts';

const rejection = (key: string, twist: Partial<Rejection> = {}): Rejection => ({
  key,
  token: 'abc',
  epoch: 1_800_000_000,
  reason: 'failed',
  again: true,
  path: `/etc/${key}`,
  ...twist,
});
/** Kept and written after dockerd was started, which is at 5000 ticks. */
const written = (key: string, twist = {}) =>
  entry({ key, path: `/etc/${key}`, ticks: 6000, keptSince: 6000, ...twist });

type Twist = NonNullable<Parameters<typeof restartState>[0]>;
const TWO: NonNullable<Twist['undo']> = {
  entries: [written('a'), written('b')],
  rejected: [rejection('a'), rejection('b')],
};
const keys = (undo: Twist['undo'], more: Twist = {}) =>
  repeatedChange(restartState({ ...more, undo: { ...TWO, ...undo } }))?.map(({ key }) => key);

describe('the very change that the host took back before', () => {
  it('is known by all of its paths', () => {
    expect(keys({})).toEqual(['a', 'b']);
    expect(
      keys({ rejected: [rejection('a', { reason: 'silent' }), rejection('b', { reason: 'silent' })] }),
    ).toHaveLength(2);
  });

  it('may come along with a path that nothing was written to', () => {
    expect(keys({ entries: [...(TWO.entries ?? []), written('c', { asKeptSince: 6000 })] })).toEqual(['a', 'b']);
  });

  it.each<[string, Twist['undo'], Twist]>([
    ['one of its paths is another now', { rejected: [rejection('a'), rejection('b', { again: false })] }, {}],
    ['only a part of it is there', { entries: [written('a')] }, {}],
    ['one more path changed', { entries: [...(TWO.entries ?? []), written('c')] }, {}],
    ['they are of two reverts', { rejected: [rejection('a'), rejection('b', { token: 'def' })] }, {}],
    [
      'nobody confirmed it, so that it may be a good one',
      { rejected: ['a', 'b'].map((key) => rejection(key, { reason: 'unconfirmed' })) },
      {},
    ],
    [
      'dockerd may have met something else since it was kept',
      { entries: [written('a'), written('b', { keptSince: 4999 })] },
      {},
    ],
    ['since when it is kept is not known', { entries: [written('a'), written('b', { keptSince: Number.NaN })] }, {}],
    ['a restart waits to be confirmed', { watched: [watched()] }, {}],
    ['dockerd does not run', {}, { unit: { mainPid: 0 }, view: { daemons: [] } }],
    ['dockerd does not answer', {}, { view: { api: { kind: 'silent', why: 'late' } } }],
    ['nothing was taken back', { rejected: [] }, {}],
    ['nothing is kept', { entries: [] }, {}],
  ])('is not there if %s', (_, undo, more) => {
    expect(keys(undo, more)).toBeUndefined();
  });
});
