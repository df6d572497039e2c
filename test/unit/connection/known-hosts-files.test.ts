import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { appendKnownHostsLine, KnownHostsLibrary } from '../../../src/connection/known-hosts-files.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unbusy-kh-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('makes the file and its directory for the owner only', () => {
  const file = join(dir, 'sub', 'known_hosts');
  appendKnownHostsLine(file, 'a b c');
  expect(readFileSync(file, 'utf8')).toBe('a b c\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'sub')).mode & 0o777).toBe(0o700);
});

it('never joins a line that lacks its newline, and keeps what was there', () => {
  const file = join(dir, 'known_hosts');
  writeFileSync(file, 'one x y', { mode: 0o644 });
  appendKnownHostsLine(file, 'two x y');
  appendKnownHostsLine(file, 'three x y');
  expect(readFileSync(file, 'utf8')).toBe('one x y\ntwo x y\nthree x y\n');
  expect(statSync(file).mode & 0o777).toBe(0o644);
});

it('reads each set of files once, and a missing file as empty', () => {
  const file = join(dir, 'known_hosts');
  writeFileSync(file, 'web1 ssh-rsa AAA\n');
  const library = new KnownHostsLibrary();
  const index = library.open([join(dir, 'none'), file]);
  expect(index.all('web1')).toMatchObject([{ file, line: 1 }]);
  expect(library.open([join(dir, 'none'), file])).toBe(index);
  expect(library.open([join(dir, 'none')]).all('web1')).toEqual([]);
});

it('does not take a file that cannot be read for an empty one', () => {
  mkdirSync(join(dir, 'known_hosts'));
  const open = () => new KnownHostsLibrary().open([join(dir, 'known_hosts')]);
  expect(open).toThrow(expect.objectContaining({ code: 'E_SSH_CONFIG' }));
});
