import { describe, expect, it } from 'vitest';
import { Given, type RawValue } from '../../../src/cli/given.ts';
import type { OptionSpec } from '../../../src/cli/option.ts';

const SPECS: readonly OptionSpec[] = [
  { name: 'forks', kind: 'number', help: '', fallback: '50', env: 'UNBUSY_FORKS' },
  { name: 'timeout', kind: 'duration', help: '', env: 'UNBUSY_TIMEOUT' },
  { name: 'inventory', kind: 'list', help: '', env: 'UNBUSY_INVENTORY' },
  { name: 'host-keys', kind: 'text', help: '', choices: ['strict', 'accept-new'], env: 'UNBUSY_HOST_KEYS' },
  { name: 'check', kind: 'switch', help: '', env: 'UNBUSY_CHECK' },
  { name: 'verbose', kind: 'count', help: '' },
];

const given = (typed: Record<string, RawValue>, env = {}) => new Given(SPECS, new Map(Object.entries(typed)), env);

describe('given options', () => {
  it('win over the environment, which wins over defaults', () => {
    expect(given({ forks: '3' }, { UNBUSY_FORKS: '7' }).number('forks')).toBe(3);
    expect(given({}, { UNBUSY_FORKS: '7' }).number('forks')).toBe(7);
    expect(given({}, { UNBUSY_FORKS: '' }).number('forks')).toBe(50);
    expect(given({ inventory: ['a', 'b'] }, { UNBUSY_INVENTORY: 'c' }).list('inventory')).toEqual(['a', 'b']);
    expect(given({}, { UNBUSY_INVENTORY: 'c' }).list('inventory')).toEqual(['c']);
  });

  it('read switches and counts', () => {
    expect(given({ check: true }).has('check')).toBe(true);
    expect(given({}).has('check')).toBe(false);
    expect(given({}, { UNBUSY_CHECK: '1' }).has('check')).toBe(true);
    expect(given({}, { UNBUSY_CHECK: 'no' }).has('check')).toBe(false);
    expect(given({ verbose: 2 }).count('verbose')).toBe(2);
  });

  it('read durations', () => {
    expect(given({ timeout: '90' }).duration('timeout')).toBe(90_000);
    expect(given({ timeout: '2h' }).duration('timeout')).toBe(7_200_000);
    expect(given({}).duration('timeout')).toBeUndefined();
  });

  it.each([
    ['forks', '0'],
    ['forks', '1.5'],
    ['forks', 'many'],
    ['timeout', 'soon'],
    ['timeout', '0'],
    ['timeout', '90d'],
    ['host-keys', 'off'],
  ])('refuse %s %s, and name the option', (name, text) => {
    const read = (options: Given) => {
      if (name === 'forks') return options.number(name);
      return name === 'timeout' ? options.duration(name) : options.text(name);
    };
    expect(() => read(given({ [name]: text }))).toThrow(`--${name} "${text}" is not valid`);
  });

  it('name the variable if it is that which is wrong', () => {
    expect(() => given({}, { UNBUSY_FORKS: 'x' }).number('forks')).toThrow('UNBUSY_FORKS "x" is not valid');
  });
});
