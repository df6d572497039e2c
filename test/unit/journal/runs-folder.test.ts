import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idOf, matchingRuns, newRunName, startOf } from '../../../src/journal/run-id.ts';
import { createRun, defaultRunsFolder, type RunInputs, readInputs } from '../../../src/journal/runs-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const INPUTS: RunInputs = {
  ...{ schema: 'unbusy/run-inputs/1', version: '0', startedAt: '', command: 'unbusy run p.yml', options: {} },
  ...{ withheld: [], playbook: '/p.yml', hashes: { playbook: '', inventory: '', variables: '' } },
};
const DAY = 86_400_000;
const make = (day: number) => createRun(folder, day * DAY, INPUTS, '- hosts: all\n');

describe('where runs are recorded', () => {
  it.each([
    [{ XDG_STATE_HOME: '/s', HOME: '/h' }, '/s/unbusy/runs'],
    [{ XDG_STATE_HOME: '', HOME: '/h' }, '/h/.local/state/unbusy/runs'],
    [{ XDG_STATE_HOME: 'relative', HOME: '/h' }, '/h/.local/state/unbusy/runs'],
    [{}, undefined],
  ])('%j', (env, expected) => {
    expect(defaultRunsFolder(env)).toBe(expected);
  });
});

describe('the record of a run', () => {
  it('is named by its time, is its owner’s alone, and gives back what it began with', () => {
    const directory = make(1);
    expect(directory).toMatch(/\/19700102T000000Z-[0-9a-f]{6}$/);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readInputs(directory)).toEqual(INPUTS);
    expect(readInputs(folder)).toBeUndefined();
  });

  it('is found by its name, its id, and the beginning of either', () => {
    const names = ['20260102T030405Z-7f3a1c', '20260101T030405Z-7f0000'];
    expect(matchingRuns(names, '7f3a1c')).toEqual(names.slice(0, 1));
    expect(matchingRuns(names, '20260101')).toEqual(names.slice(1));
    expect(matchingRuns(names, '7f')).toEqual(names);
    expect([matchingRuns(names, ''), matchingRuns(names, 'x')]).toEqual([[], []]);
    expect(idOf(newRunName(0))).toMatch(/^[0-9a-f]{6}$/);
    expect(idOf('../20260102T030405Z-7f3a1c')).toBeUndefined();
    expect([startOf('20260102T030405Z-7f3a1c'), startOf('latest')]).toEqual([Date.UTC(2026, 0, 2, 3, 4, 5), undefined]);
  });

  it('sort by time, also within a second', () => {
    const names = Array.from({ length: 501 }, (_, index) => newRunName(1_000_000_000_000 + index * 4));
    expect(names.toSorted()).toEqual(names);
    expect(names.map((name) => startOf(name))).toEqual(
      names.map((_, index) => 1_000_000_000_000 + 1000 * Math.floor(index / 250)),
    );
  });
});
