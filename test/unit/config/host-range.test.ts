import { describe, expect, it } from 'vitest';
import { expandRange } from '../../../src/config/host-range.ts';

describe('expandRange', () => {
  it.each([
    ['web', ['web']],
    ['web[1:3]', ['web1', 'web2', 'web3']],
    ['web[08:11].x', ['web08.x', 'web09.x', 'web10.x', 'web11.x']],
    ['web[a:c]', ['weba', 'webb', 'webc']],
    ['web[1:10:4]', ['web1', 'web5', 'web9']],
    ['r[a:b]n[1:2]', ['ran1', 'ran2', 'rbn1', 'rbn2']],
    ['cd[02,07,09-11]', ['cd02', 'cd07', 'cd09', 'cd10', 'cd11']],
    ['web[9:11]', ['web9', 'web10', 'web11']],
    ['web[0:1]', ['web0', 'web1']],
  ])('expands %s', (text, names) => {
    expect(expandRange(text)).toEqual(names);
  });

  it.each([
    ['web[1:3', 'the [ of "web[1:3" is never closed'],
    ['web1]', 'the ] of "web1]" has no [ before it'],
    ['web[3:1]', '"[3:1]" runs backwards'],
    ['web[1:c]', '"[1:c]" mixes a number and a letter'],
    ['web[1:9:0]', '"[1:9:0]" has a step of 0'],
    ['web[01:100]', '"[01:100]" has ends of different length'],
    ['web[]', '"[]" is not a range'],
    ['web[x y]', '"[x y]" is not a range'],
    ['web[0:999999999]', '"[0:999999999]" stands for more than 100000 names'],
    ['a[0:999]b[0:999]', '"a[0:999]b[0:999]" stands for more than 100000 names'],
  ])('refuses %s', (text, message) => {
    expect(expandRange(text)).toMatchObject({ message });
  });
});
