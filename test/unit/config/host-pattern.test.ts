import { describe, expect, it } from 'vitest';
import { checkPattern, readLimit, selectHosts } from '../../../src/config/host-pattern.ts';
import { loadInventory } from '../../../src/config/inventory.ts';
import { thrownMistakes } from '../../support/mistakes.ts';

const TEXT = `
all:
  hosts: {lonely: , "2001:db8::7": }
  children:
    web: {hosts: {"web[01:04]": }}
    db: {hosts: {db1: , web04: }}
    empty: {}
`;
const inventory = loadInventory('inv.yml', { read: () => TEXT, exists: () => false });
const select = (pattern: string, limit?: string) => selectHosts(inventory, pattern, limit).map(({ name }) => name);

describe('selectHosts', () => {
  it.each([
    ['all', ['lonely', '2001:db8::7', 'web01', 'web02', 'web03', 'web04', 'db1']],
    ['*', ['lonely', '2001:db8::7', 'web01', 'web02', 'web03', 'web04', 'db1']],
    ['db1,lonely', ['lonely', 'db1']],
    ['db:lonely', ['lonely', 'web04', 'db1']],
    ['web[02:03]', ['web02', 'web03']],
    ['web[01,03-04]', ['web01', 'web03', 'web04']],
    ['web:!db', ['web01', 'web02', 'web03']],
    ['web:&db', ['web04']],
    ['!web,all', ['lonely', '2001:db8::7', 'db1']],
    ['!web', ['lonely', '2001:db8::7', 'db1']],
    ['web0?', ['web01', 'web02', 'web03', 'web04']],
    ['*1', ['web01', 'db1']],
    ['d*', ['web04', 'db1']],
    ['2001:db8::7', ['2001:db8::7']],
    ['ungrouped', ['lonely', '2001:db8::7']],
    ['web , db', ['web01', 'web02', 'web03', 'web04', 'db1']],
  ])('selects %s, in the order of the inventory', (pattern, hosts) => {
    expect(select(pattern)).toEqual(hosts);
  });

  it('narrows by a limit', () => {
    expect(select('web', 'web01,db')).toEqual(['web01', 'web04']);
  });

  it.each([
    ['wbe', undefined, 'E_NO_MATCH', 'no host and no group of inv.yml is called "wbe"', 'Did you mean "web"?'],
    ['all', 'web5', 'E_NO_MATCH', 'no host and no group of inv.yml is called "web5"', 'Did you mean "web"?'],
    [
      'all:!dv1',
      undefined,
      'E_NO_MATCH',
      'no host and no group of inv.yml is called "dv1" of the pattern "all:!dv1"',
      'Did you mean "db1"?',
    ],
    [
      'web[01:09]',
      undefined,
      'E_NO_MATCH',
      'no host and no group of inv.yml is called "web05" (and 4 more of web[01:09])',
      'Did you mean "web01"?',
    ],
    [
      'web[0]',
      undefined,
      'E_NO_MATCH',
      '"web[0]" is no range of hosts, and a group cannot be sliced',
      'Write web for the whole group, or the names of the hosts.',
    ],
    [
      'zz*',
      undefined,
      'E_NO_MATCH',
      'no host and no group of inv.yml is called "zz*"',
      'Run `unbusy inventory -i …` to see hosts and groups.',
    ],
    [
      'db',
      'web01',
      'E_NO_MATCH',
      'the pattern "db" with the limit "web01" leaves no host of inv.yml',
      'Run `unbusy inventory -i …` to see hosts and groups.',
    ],
    [
      'empty',
      undefined,
      'E_NO_MATCH',
      'the pattern "empty" leaves no host of inv.yml',
      'Run `unbusy inventory -i …` to see hosts and groups.',
    ],
    [
      '~web',
      undefined,
      'E_USAGE',
      'regular expressions (~) are not part of host patterns',
      'Use * and ?, or a range such as web[01:40].',
    ],
    ['web,,db', undefined, 'E_USAGE', '"web,,db" has an empty part', undefined],
  ] as const)('refuses %s limited to %s', (pattern, limit, code, message, hint) => {
    const [error] = thrownMistakes(() => selectHosts(inventory, pattern, limit));
    expect({ code: error?.code, message: error?.message, hint: error?.hint }).toEqual({ code, message, hint });
  });

  it('does not match an empty inventory', () => {
    const empty = loadInventory('none.yml', { read: () => '', exists: () => false });
    expect(thrownMistakes(() => selectHosts(empty, 'all'))[0]).toMatchObject({
      code: 'E_NO_MATCH',
      message: 'the inventory none.yml has no hosts',
    });
  });

  it('takes dots and other signs in names for themselves', () => {
    const dots = loadInventory('a.b,axb,', { read: () => '', exists: () => false });
    expect(selectHosts(dots, 'a.b*').map(({ name }) => name)).toEqual(['a.b']);
  });
});

describe('checkPattern', () => {
  it('finds nothing wrong with a pattern that can be read, whoever it names', () => {
    expect(checkPattern('nobody:&x[1:3]:!y*')).toBeUndefined();
    expect(checkPattern('x[3:1]')?.message).toBe('"[3:1]" runs backwards');
  });
});

describe('readLimit', () => {
  it('reads names from a file', () => {
    expect(readLimit('@left', () => 'web01\n# no\n web02 # why\n\n')).toBe('web01,web02');
    expect(readLimit('web', () => 'never read')).toBe('web');
  });
});
