import { describe, expect, it } from 'vitest';
import { trendOf } from '../../../src/diagnosis/trend.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const every = (ms: number, values: readonly number[]) =>
  values.map((value, at) => ({ atMs: 5 * HOUR + at * ms, value }));

describe('a trend', () => {
  it('needs three samples, at different times', () => {
    expect(trendOf([])).toEqual({ kind: 'too-few', samples: 0 });
    expect(trendOf(every(MINUTE, [1, 900]), 1000)).toEqual({ kind: 'too-few', samples: 2 });
    expect(trendOf(every(0, [1, 900, 1000]))).toEqual({ kind: 'too-few', samples: 3 });
    expect(trendOf(every(MINUTE, [100, 110, 120])).kind).toBe('moving');
  });

  it('is the slope, and the time until the limit at that rate', () => {
    const trend = trendOf(every(MINUTE, [100, 110, 120, 130]), 730);
    if (trend.kind !== 'moving') throw new Error(trend.kind);
    expect(trend.perHour).toBeCloseTo(600);
    expect((trend.exhaustedInMs ?? 0) / HOUR).toBeCloseTo(1);
    expect(trend).toMatchObject({ samples: 4, spanMs: 3 * MINUTE });
  });

  it('takes one odd sample for what it is', () => {
    const trend = trendOf(every(MINUTE, [100, 110, 120, 128, 140, 150, 160]), 1000);
    if (trend.kind !== 'moving') throw new Error(trend.kind);
    expect(Math.abs(trend.perHour - 600)).toBeLessThan(12);
  });

  it('is steady where it only wavers, or moves by a few', () => {
    expect(trendOf(every(MINUTE, [100, 160, 90, 150, 101, 148])).kind).toBe('steady');
    expect(trendOf(every(MINUTE, [100, 101, 102, 103])).kind).toBe('steady');
    expect(trendOf(every(MINUTE, [100, 101, 102, 103]), undefined, 1).kind).toBe('moving');
  });

  it('has no end where it falls, or where nothing limits it', () => {
    const falling = trendOf(every(MINUTE, [400, 300, 200]), 500);
    expect(falling).toMatchObject({ kind: 'moving', perHour: -6000 });
    expect(falling).not.toHaveProperty('exhaustedInMs');
    expect(trendOf(every(MINUTE, [100, 200, 300]))).not.toHaveProperty('exhaustedInMs');
  });

  it('is at its end where the limit is reached', () => {
    expect(trendOf(every(MINUTE, [800, 900, 1024]), 1024)).toMatchObject({ exhaustedInMs: 0 });
  });
});
