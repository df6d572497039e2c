import { describe, expect, it } from 'vitest';
import { inTime } from '../../../src/core/clock.ts';

const never = new Promise<never>(() => undefined);

describe('inTime', () => {
  it('gives what the work gives, also its error', async () => {
    expect(await inTime(Promise.resolve(7), 1000)).toBe(7);
    await expect(inTime(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no');
  });

  it('is late after the time, or when the signal is aborted, also before', async () => {
    expect(await inTime(never, 10)).toBe('late');
    const stop = new AbortController();
    const waiting = inTime(never, 60_000, stop.signal);
    stop.abort();
    expect(await waiting).toBe('late');
    expect(await inTime(never, 60_000, stop.signal)).toBe('late');
  });

  it('leaves neither a timer nor a listener behind', async () => {
    const stop = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = timers();
    await inTime(Promise.resolve(), 60_000, stop.signal);
    await inTime(never, 60_000, AbortSignal.abort());
    expect(timers()).toBe(before);
  });
});
