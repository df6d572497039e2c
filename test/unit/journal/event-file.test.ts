import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EVENT_FILE, EventFile } from '../../../src/journal/event-file.ts';

/** What fsync was asked for and has not answered yet. */
type Answer = (error: NodeJS.ErrnoException | null) => void;
const { underWay } = vi.hoisted(() => ({ underWay: [] as Answer[] }));

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  fsync: (_file: number, done: Answer) => underWay.push(done),
}));

let folder: string;
let file: EventFile;
let troubles: (string | undefined)[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  folder = mkdtempSync(join(tmpdir(), 'unbusy-test-'));
  troubles = [];
  file = new EventFile(folder, ({ code }) => troubles.push(code));
});
afterEach(() => {
  file.close();
  underWay.length = 0;
  rmSync(folder, { recursive: true });
  vi.useRealTimers();
});

describe('the record of a run', () => {
  it('is brought to the disk once for what is asked for within a quarter of a second', () => {
    for (let n = 0; n < 5; n++) file.sync();
    expect(underWay).toHaveLength(0);
    vi.advanceTimersByTime(250);
    expect(underWay).toHaveLength(1);
    underWay[0]?.(null);
    vi.advanceTimersByTime(10_000);
    expect(underWay).toHaveLength(1);
  });

  it('waits for a slow disk before it asks again, and then does', () => {
    file.sync();
    vi.advanceTimersByTime(250);
    for (let n = 0; n < 20; n++) {
      file.sync();
      vi.advanceTimersByTime(250);
    }
    expect(underWay).toHaveLength(1);
    underWay[0]?.(null);
    vi.advanceTimersByTime(250);
    expect(underWay).toHaveLength(2);
  });

  it('is whole when it is closed, and asks for nothing afterwards', () => {
    file.append('one\n');
    file.sync();
    vi.advanceTimersByTime(250);
    file.append('two\n');
    file.sync();
    file.close();
    underWay[0]?.(null);
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
    underWay[0]?.(Object.assign(new Error('i/o error'), { code: 'EIO' }));
    expect(troubles).toEqual(['EIO']);
    file.append('two\n');
    file.sync();
    vi.advanceTimersByTime(10_000);
    file.close();
    expect(underWay).toHaveLength(1);
    expect(troubles).toEqual(['EIO']);
    expect(readFileSync(join(folder, EVENT_FILE), 'utf8')).toBe('one\n');
  });
});
