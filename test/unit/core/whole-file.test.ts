import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/core/whole-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unbusy-whole-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that is replaced', () => {
  it('is new with its mode, whatever umask and old mode say, and leaves nothing beside it', () => {
    const path = join(folder, 'x.prom');
    const mask = process.umask(0o077);
    try {
      replaceFile(path, 'one\n', 0o644);
    } finally {
      process.umask(mask);
    }
    chmodSync(path, 0o600);
    const before = statSync(path).ino;
    replaceFile(path, 'two €\n', 0o644);
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['two €\n', 0o644]);
    // A reader that has the old file open keeps it whole.
    expect(statSync(path).ino).not.toBe(before);
    expect(readdirSync(folder)).toEqual(['x.prom']);
  });

  it('is written through no link that somebody laid in its way, and over what a killed run left', () => {
    const path = join(folder, 'x.prom');
    const precious = join(folder, 'precious');
    writeFileSync(precious, 'keep\n');
    symlinkSync(precious, `${path}.${process.pid}.draft`);
    replaceFile(path, 'one\n', 0o644);
    writeFileSync(`${path}.${process.pid}.draft`, 'a longer text than the next\n');
    replaceFile(path, 'two\n', 0o644);
    expect([readFileSync(precious, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['keep\n', 'two\n']);
    expect(readdirSync(folder).sort()).toEqual(['precious', 'x.prom']);
  });

  it('stays as it was where the new one cannot take its place', () => {
    const path = join(folder, 'busy');
    mkdirSync(path);
    writeFileSync(join(path, 'inside'), '');
    expect(() => replaceFile(path, 'text', 0o644)).toThrow(/EISDIR|ENOTEMPTY/);
    expect([readdirSync(folder), readdirSync(path)]).toEqual([['busy'], ['inside']]);
    expect(() => replaceFile(join(folder, 'no', 'x'), 'text', 0o644)).toThrow(/ENOENT/);
  });
});
