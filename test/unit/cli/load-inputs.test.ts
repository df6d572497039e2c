import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../../../src/cli/load-inputs.ts';
import { hintsOf, mistakesOf } from '../../support/mistakes.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-inputs-'));
  for (const name of ['b.yml', 'a.yaml', 'notes.txt']) writeFileSync(join(folder, name), 'x\n');
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the text of a file that the command line names', () => {
  it('is read', () => {
    expect(readText(join(folder, 'b.yml'))).toBe('x\n');
  });

  it('is missing where a folder is named, and the files in it are', () => {
    expect(mistakesOf(() => readText(folder))).toEqual([`${folder} cannot be read: it is a directory`]);
    expect(hintsOf(() => readText(folder))).toEqual(['Name one of the files in it: a.yaml, b.yml.']);
  });

  it('has no hint where none fits', () => {
    expect(hintsOf(() => readText(join(folder, 'empty')))).toEqual(['']);
    expect(hintsOf(() => readText(join(folder, 'missing.yml')))).toEqual(['']);
  });
});
