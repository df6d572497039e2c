import fs, { fstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVENT_FILE, EventFile } from '../../../src/journal/event-file.ts';

/** What fsync was asked for and has not answered yet, by the number of the open file. */
interface Asked {
  readonly file: number;
  readonly answer: (error: NodeJS.ErrnoException | null) => void;
}
const underWay: Asked[] = [];
const disk = { failed: false, asked: [] as number[] };

beforeAll(() => {
  vi.spyOn(fs, 'fsync').mockImplementation(
    (file: number, answer: Asked['answer']) => void underWay.push({ file, answer }),
  );
  vi.spyOn(fs, 'fsyncSync').mockImplementation((file: number) => {
    disk.asked.push(file);
    if (disk.failed) throw brokenDisk();
  });
  // What was imported by name follows.
  syncBuiltinESMExports();
});
afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

function brokenDisk(): NodeJS.ErrnoException {
  return Object.assign(new Error('i/o error'), { code: 'EIO' });
}

let folder: string;
let file: EventFile;
let troubles: (string | undefined)[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(join(tmpdir(), 'unbusy-test-'));
  troubles = [];
  disk.failed = false;
  file = new EventFile(folder, ({ code }) => troubles.push(code));
});
afterEach(() => {
  file.close();
  underWay.length = 0;
  disk.asked.length = 0;
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

describe('the record of a run', () => {
  it('is brought to the disk once for what is asked for within a quarter of a second', () => {
    for (let n = 0; n < 5; n++) file.sync();
    expect(underWay).toHaveLength(0);
    vi.advanceTimersByTime(250);
    expect(underWay).toHaveLength(1);
    underWay[0]?.answer(null);
    vi.advanceTimersByTime(10_000);
    expect(underWay).toHaveLength(1);
    expect(troubles).toEqual([]);
  });

  it('waits for a slow disk before it asks again, and then does', () => {
    file.sync();
    vi.advanceTimersByTime(250);
    for (let n = 0; n < 20; n++) {
      file.sync();
      vi.advanceTimersByTime(250);
    }
    expect(underWay).toHaveLength(1);
    underWay[0]?.answer(null);
    vi.advanceTimersByTime(250);
    expect(underWay).toHaveLength(2);
    expect(troubles).toEqual([]);
  });

  it('is whole when it is closed, and asks for nothing afterwards', () => {
    file.append('one\n');
    file.sync();
    vi.advanceTimersByTime(250);
    file.append('two\n');
    file.sync();
    file.close();
    underWay[0]?.answer(null);
    vi.advanceTimersByTime(10_000);
    expect(underWay).toHaveLength(1);
    expect(troubles).toEqual([]);
    expect(readFileSync(join(folder, EVENT_FILE), 'utf8')).toBe('one\ntwo\n');
  });

  it('says once that it ends where the disk failed, and takes nothing more', () => {
    file.append('one\n');
    file.sync();
    vi.advanceTimersByTime(250);
    file.flush();
    underWay[0]?.answer(brokenDisk());
    expect(troubles).toEqual(['EIO']);
    file.append('two\n');
    file.sync();
    vi.advanceTimersByTime(10_000);
    file.close();
    expect(underWay).toHaveLength(1);
    expect(troubles).toEqual(['EIO']);
    expect(readFileSync(join(folder, EVENT_FILE), 'utf8')).toBe('one\n');
  });

  it('says so, if the answer of a failed disk comes after the end', () => {
    file.append('one\n');
    file.sync();
    vi.advanceTimersByTime(250);
    expect(underWay).toHaveLength(1);
    disk.failed = true;
    file.close();
    underWay[0]?.answer(brokenDisk());
    expect(troubles).toEqual(['EIO']);
    // The kernel tells each of the two for itself; with one open file only the first to ask would know.
    expect(disk.asked).toHaveLength(1);
    expect(disk.asked).not.toContain(underWay[0]?.file);
  });

  it('leaves no file open, though the disk answers after the end', () => {
    file.sync();
    vi.advanceTimersByTime(250);
    const late = underWay[0]?.file ?? -1;
    file.close();
    expect(() => fstatSync(disk.asked[0] ?? -1)).toThrow('EBADF');
    expect(fstatSync(late).isFile()).toBe(true);
    underWay[0]?.answer(null);
    expect(() => fstatSync(late)).toThrow('EBADF');
    expect(troubles).toEqual([]);
  });
});
