import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimLock, isHere, lockHolder, ownerWords } from '../../../src/journal/owner-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-owner-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'sweep.lock');

/** Takes the lock, or fails the test. */
function taken(command?: string): () => void {
  const claim = claimLock(path(), 0, command);
  if (claim.kind !== 'taken') throw new Error(`held by ${ownerWords(claim.owner)}`);
  return () => claim.release();
}

/** A file as a process that was killed would have left it. */
function leave(file: string, change: Record<string, unknown>): void {
  const release = taken();
  const owner = JSON.parse(readFileSync(path(), 'utf8'));
  release();
  writeFileSync(file, JSON.stringify({ ...owner, ...change }));
}

const GONE = { pid: 2 ** 22 + 1 };

describe('a lock with an owner', () => {
  it('names who holds it, since when, and as what he was started', () => {
    const release = taken('unbusy run sweep.yml --cron');
    const claim = claimLock(path(), 0);
    expect(claim.kind).toBe('held');
    const owner = claim.kind === 'held' ? claim.owner : undefined;
    expect(ownerWords(owner)).toBe(
      `process ${process.pid} on ${hostname()}, since 1970-01-01T00:00:00.000Z (unbusy run sweep.yml --cron),`,
    );
    expect([isHere(owner), lockHolder(path())]).toEqual([true, { owner }]);
    release();
    expect([lockHolder(path()), readdirSync(folder)]).toEqual([undefined, []]);
  });

  it('of a process that is gone is taken over', () => {
    leave(path(), GONE);
    expect(lockHolder(path())).toBeUndefined();
    taken()();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is also taken over where one who took it over was killed in the middle of it', () => {
    leave(path(), GONE);
    writeFileSync(`${path()}.takeover`, readFileSync(path()));
    taken()();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is left to another process that is just taking it over', () => {
    const release = taken();
    const alive = readFileSync(path());
    release();
    leave(path(), GONE);
    writeFileSync(`${path()}.takeover`, alive);
    expect(claimLock(path(), 0).kind).toBe('held');
    expect(existsSync(`${path()}.takeover`)).toBe(true);
  });

  it('of another machine is left alone, for nobody here can tell whether its owner lives', () => {
    leave(path(), { ...GONE, host: 'elsewhere' });
    const claim = claimLock(path(), 0);
    expect(claim.kind === 'held' && isHere(claim.owner)).toBe(false);
    expect(claim.kind).toBe('held');
  });
});
