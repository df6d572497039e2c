import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isHeld, lockRun } from '../../../src/journal/run-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lock = () => join(folder, 'lock');
const owner = (): Record<string, unknown> => JSON.parse(readFileSync(lock(), 'utf8'));
/** A lock as another process would have left it. */
const left = (change: Record<string, unknown>) => {
  const release = lockRun(folder, 0);
  const before = owner();
  release();
  writeFileSync(lock(), JSON.stringify({ ...before, ...change }));
};

describe('the lock of a run', () => {
  it('is held once at a time, names its owner, and leaves nothing behind', () => {
    expect(isHeld(folder)).toBe(false);
    const release = lockRun(folder, 1_767_323_045_000);
    expect(isHeld(folder)).toBe(true);
    expect(() => lockRun(folder, 0)).toThrow(
      `process ${process.pid} on ${hostname()}, since 2026-01-02T03:04:05.000Z, works on the run in ${folder}`,
    );
    expect(readdirSync(folder)).toEqual(['lock']);
    release();
    expect([isHeld(folder), readdirSync(folder)]).toEqual([false, []]);
    lockRun(folder, 0)();
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1 }],
    ['a process number that was used again', { startTime: '1' }],
    ['a machine that was started again', { bootId: 'another' }],
  ])('of %s is taken over', (_, change) => {
    left(change);
    expect(isHeld(folder)).toBe(false);
    const release = lockRun(folder, 0);
    expect(owner().pid).toBe(process.pid);
    release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of another machine is left alone, for nobody here can tell whether its owner lives', () => {
    left({ pid: 2 ** 22 + 1, host: 'elsewhere' });
    expect(isHeld(folder)).toBe(true);
    expect(() => lockRun(folder, 0)).toThrow(/on elsewhere, since .* works on the run/);
  });

  it('that is no lock is taken over, and a lock that was taken over is not removed by its first owner', () => {
    writeFileSync(lock(), '{"pid"');
    const release = lockRun(folder, 0);
    writeFileSync(lock(), JSON.stringify({ ...owner(), since: 'later' }));
    release();
    expect(owner().since).toBe('later');
  });
});
