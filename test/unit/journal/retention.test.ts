import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Keep, parseKeep, pointLatest, pruneRuns } from '../../../src/journal/retention.ts';
import { lockRun } from '../../../src/journal/run-lock.ts';
import { createRun, listRuns, type RunInputs } from '../../../src/journal/runs-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-keep-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const INPUTS: RunInputs = {
  ...{ schema: 'unbusy/run-inputs/1', version: '0', startedAt: '', command: 'unbusy run p.yml', options: {} },
  ...{ withheld: [], playbook: '/p.yml', hashes: { playbook: '', inventory: '', variables: '' } },
};
const DAY = 86_400_000;
/** A run of that day; its record is so many bytes larger. */
function make(day: number, bytes = 0): string {
  const directory = createRun(folder, day * DAY, INPUTS, '- hosts: all\n');
  writeFileSync(join(directory, 'events.jsonl'), 'x'.repeat(bytes));
  return directory;
}
const prune = (keep: Keep, nowDay = 10, needed: readonly string[] = []) =>
  pruneRuns(folder, keep, nowDay * DAY, (name) => needed.some((each) => basename(each) === name));
const there = (directories: readonly string[]) => directories.map((each) => existsSync(each));

describe('how much is kept', () => {
  it.each([
    ['30d', { ageMs: 30 * DAY }],
    ['1GB', { bytes: 1e9 }],
    ['1GiB', { bytes: 2 ** 30 }],
    ['500 mb', undefined],
    ['500mb', { bytes: 5e8 }],
    ['1.5GB', { bytes: 1.5e9 }],
    ['30d, 1GB,200', { ageMs: 30 * DAY, bytes: 1e9, runs: 200 }],
    ['0', undefined],
    ['0d', undefined],
    ['', undefined],
    ['30d,,', undefined],
    ['forever', undefined],
  ])('%s', (text, expected) => {
    expect(parseKeep(text)).toEqual(expected);
  });
});

describe('old records', () => {
  it('go beyond a number; never one in use, and nothing that is no record', () => {
    const [oldest = '', old = '', ...newer] = [1, 2, 3, 4].map((day) => make(day));
    const strange = ['notes', '20260102T030405Z-abcdef'].map((name) => join(folder, name));
    for (const path of strange) mkdirSync(path);
    const release = lockRun(oldest, 0);
    prune({ runs: 2 });
    release();
    expect(there([oldest, old, ...newer, ...strange])).toEqual([true, false, true, true, true, true]);
    prune({ runs: 2 });
    expect([existsSync(oldest), listRuns(folder).length, readdirSync(folder).length]).toEqual([false, 2, 4]);
  });

  it('go beyond an age or a size, but for what is still needed and the newest', () => {
    const runs = [1, 2, 3, 4].map((day) => make(day, 1000));
    prune({ ageMs: 7.5 * DAY });
    expect(there(runs)).toEqual([false, false, true, true]);
    const [, , old = '', newest = ''] = runs;
    prune({ bytes: 1500 }, 10, [old]);
    expect(there([old, newest])).toEqual([true, true]);
    prune({ bytes: 10, ageMs: 1 });
    expect(there([old, newest])).toEqual([false, true]);
  });

  it('are none of the folder’s own: latest points to one and is never taken for one', () => {
    const first = make(1);
    pointLatest(first);
    pointLatest(make(2));
    expect(readlinkSync(join(folder, 'latest'))).toMatch(/^19700103T/);
    expect(listRuns(folder)).toHaveLength(2);
    mkdirSync(join(folder, 'own'));
    mkdirSync(join(folder, 'own', 'latest'));
    writeFileSync(join(folder, 'own', 'latest', 'mine'), '');
    pointLatest(join(folder, 'own', basename(first)));
    expect(readdirSync(join(folder, 'own'))).toEqual(['latest']);
  });
});
