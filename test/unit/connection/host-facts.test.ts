import { describe, expect, test } from 'vitest';
import { readFacts } from '../../../src/connection/host-facts.ts';
import type { ProgramRecord } from '../../../src/connection/session.ts';

/** What unbusy_facts prints on a host that can be worked on. */
const GOOD: Readonly<Record<string, readonly string[]>> = {
  os: ['Linux'],
  kernel: ['3.10.0-1160.el7.x86_64'],
  nodename: ['web01'],
  boot: ['0f3c9b8e-0000-4000-8000-000000000000'],
  proc: ['yes'],
  visible: ['yes'],
  uid: ['0'],
  group: ['4242', '99'],
  shell: ['4243', '100'],
};

const records = (change: Readonly<Record<string, readonly string[]>> = {}): ProgramRecord[] =>
  Object.entries({ ...GOOD, ...change }).map(([kind, fields]) => ({ kind, fields }));

const codeOf = (change: Readonly<Record<string, readonly string[]>>, wantsRoot = true) => {
  const read = readFacts('web01', records(change), wantsRoot);
  return read.ok ? 'ok' : read.error.code;
};

describe('the facts of a host', () => {
  test('are read from its records', () => {
    expect(readFacts('web01', records(), true)).toEqual({
      ok: true,
      facts: {
        os: 'Linux',
        kernel: '3.10.0-1160.el7.x86_64',
        nodename: 'web01',
        uid: 0,
        processGroup: 4242,
        startTime: '99',
        procVisible: true,
        bootId: '0f3c9b8e-0000-4000-8000-000000000000',
      },
      place: { group: '4242', groupStart: '99', shell: '4243', shellStart: '100' },
    });
  });

  test('decide whether it can be worked on', () => {
    expect(codeOf({})).toBe('ok');
    expect(codeOf({ os: ['FreeBSD'], proc: ['no'] })).toBe('E_PREFLIGHT_OS');
    expect(codeOf({ os: [''] })).toBe('E_PREFLIGHT_OS');
    expect(codeOf({ proc: ['no'] })).toBe('E_PREFLIGHT_PROC');
    expect(codeOf({ uid: ['1000'] })).toBe('E_PREFLIGHT_ROOT');
    expect(codeOf({ uid: ['1000'] }, false)).toBe('ok');
    expect(codeOf({ uid: [''] })).toBe('E_PREFLIGHT_ROOT');
  });

  test('that hidepid hides are a fact and no refusal', () => {
    const read = readFacts('web01', records({ visible: ['no'] }), true);
    expect(read.ok && read.facts.procVisible).toBe(false);
  });
});
