import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isFlagWord } from '../../../../src/modules/docker-mount-flags/flags.ts';
import { configuredBy } from '../../../../src/modules/docker-mount-flags/unit-edits.ts';
import { dropAssignments, saysNothing, setAssignment } from '../../../../src/modules/docker-mount-flags/unit-text.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly reads: 'unset' | 'slave' | 'shared' | 'private';
  readonly unset?: string;
  readonly slave?: string;
}

const FILE = resolve(import.meta.dirname, '../../../fixtures/mount-flags/unit-files.yml');
const cases = parse(readFileSync(FILE, 'utf8')) as readonly Case[];

describe.each(cases)('a unit file: $name', ({ text, reads, unset = text, slave = text }) => {
  it('is read as systemd reads it', () => {
    expect(configuredBy([{ text }]).flags).toBe(reads);
  });

  it('loses the setting, and nothing else', () => {
    const after = dropAssignments(text, 'MountFlags', isFlagWord);
    expect(after).toBe(unset);
    expect(configuredBy([{ text: after }]).flags).toBe('unset');
  });

  it('gets a value, and nothing else', () => {
    const after = reads === 'slave' ? text : setAssignment(text, 'MountFlags', 'slave');
    expect(after).toBe(slave);
    expect(configuredBy([{ text: after }]).flags).toBe('slave');
    const set = setAssignment(text, 'MountFlags', 'slave');
    expect(setAssignment(set, 'MountFlags', 'slave')).toBe(set);
  });
});

describe('a unit file that says nothing', () => {
  it.each([
    ['# ours\n[Service]\n\n', true],
    ['', true],
    ['[Service]\nNice=1\n', false],
    ['[Service]\n#Nice=1\n', true],
  ])('%j: %s', (text, nothing) => {
    expect(saysNothing(text)).toBe(nothing);
  });
});
