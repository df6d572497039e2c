import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conditionKey, readConditions } from '../../../src/connection/ssh-config-lines.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unbusy-cfg-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const read = (text: string) => {
  writeFileSync(join(dir, 'config'), text);
  return readConditions([{ path: join(dir, 'config'), includeDir: dir }]);
};
const keyOf = (text: string, alias: string) => conditionKey(read(text).conditions, alias);

describe('readConditions', () => {
  it('tells aliases apart by the Host lines that match them', () => {
    const text = 'Host web-* !web-9\n  User a\nHOST=db1 db2\nMatch originalhost "x*"\nMatch all\nUser b\n';
    expect(keyOf(text, 'web-1')).toBe('100');
    expect(keyOf(text, 'web-9')).toBe('000');
    expect(keyOf(text, 'db2')).toBe('010');
    expect(keyOf(text, 'x5')).toBe('001');
    expect(read(text).perHost).toBeUndefined();
  });

  it.each([
    ['Match exec "true"'],
    ['Match host a user root'],
    ['Match final all'],
    ['Match !host a'],
    ['Match host a\nHost b\nHostName c'],
    ['CanonicalizeHostname yes'],
    ['Include ~somebody/x'],
    ['Include $' + '{HOME}/x'],
  ])('cannot group with %s', (text) => {
    expect(read(text).perHost).toBeDefined();
  });

  it.each([['Match host a'], ['Host a\nHostName b'], ['CanonicalizeHostname no'], ['# Match exec x'], ['']])(
    'can group with %s',
    (text) => {
      expect(read(text).perHost).toBeUndefined();
    },
  );

  it('follows Include with globs, relative to its directory, and skips what is not there', () => {
    mkdirSync(join(dir, 'conf.d'));
    writeFileSync(join(dir, 'conf.d', 'a.conf'), 'Host inner\n');
    writeFileSync(join(dir, 'conf.d', '.hidden.conf'), 'Host hidden\n');
    writeFileSync(join(dir, 'conf.d', 'b.txt'), 'Host other\n');
    const text = 'Include conf.d/*.conf nothing.conf\nHost outer\n';
    expect(keyOf(text, 'inner')).toBe('10');
    expect(keyOf(text, 'outer')).toBe('01');
    expect(keyOf(text, 'hidden')).toBe('00');
    expect(keyOf(text, 'other')).toBe('00');
  });

  it('stops at an Include of itself', () => {
    expect(read('Include config\nHost a\n').perHost).toBe('Include config');
  });
});
