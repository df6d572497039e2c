import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandRange } from '../../../src/config/host-range.ts';
import { expandHosts, foldHosts, foldHostsWithin } from '../../../src/report/fold-hosts.ts';

describe('foldHosts', () => {
  it.each([
    [[], ''],
    [['cd01'], 'cd01'],
    [['cd02', 'cd07', 'cd11', 'cd12', 'cd13', 'cd01'], 'cd[01,02,07,11-13]'],
    [['web9', 'web10', 'web11'], 'web[9-11]'],
    [['web09', 'web10', 'web11'], 'web[09-11]'],
    [['n1', 'n01', 'n2', 'n3'], 'n[1,01,2,3]'],
    [['r07c03', 'r07c04', 'r07c05', 'r11c19'], 'r07c[03-05],r11c19'],
    [['db1.eu2.example', 'db2.eu2.example', 'db3.eu2.example'], 'db[1-3].eu2.example'],
    [['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.3'], '10.0.0.[1-3],10.0.1.3'],
    [['n098', 'n099', 'n100', 'n0'], 'n[0,098-100]'],
    [['n08', 'n09', 'n98', 'n99', 'n100'], 'n[08,09,98-100]'],
    [['bastion', 'gate'], 'bastion,gate'],
    [['cd01', 'cd01'], 'cd01'],
  ])('%j', (names, folded) => {
    expect(foldHosts(names)).toBe(folded);
    expect([...expandHosts(folded)].sort()).toEqual([...new Set(names)].sort());
  });

  it('loses no name and invents none', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,6}\d{0,4}$/);
    const name = fc.tuple(label, fc.constantFrom('', '.dc1', '.example.com')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (names) => {
        const unique = [...new Set(names)].sort();
        expect([...expandHosts(foldHosts(names))].sort()).toEqual(unique);
      }),
    );
  });

  it('folds runs of any padding back to themselves', () => {
    fc.assert(
      fc.property(fc.nat(1200), fc.nat(60), fc.integer({ min: 1, max: 4 }), (from, count, width) => {
        const names = Array.from({ length: count + 1 }, (_, i) => `n${String(from + i).padStart(width, '0')}`);
        expect(expandHosts(foldHosts(names))).toEqual(names);
      }),
    );
  });

  it('writes ranges that -l reads', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(120), fc.integer({ min: 1, max: 3 })), { minLength: 1 }),
        (numbers) => {
          const names = [...new Set(numbers.map(([number, width]) => `n${String(number).padStart(width, '0')}`))];
          const expanded = expandRange(foldHosts(names));
          expect('message' in expanded ? expanded.message : [...expanded].sort()).toEqual(names.sort());
        },
      ),
    );
  });

  it('counts what does not fit', () => {
    const names = Array.from({ length: 40 }, (_, i) => `cd${i * 2}`);
    const short = foldHostsWithin(names, 30);
    expect(short.length).toBeLessThanOrEqual(30);
    expect(short).toMatch(/^cd\[0,2,4,6,.*\],\(\+\d+\)$/);
    const shown = expandHosts(short.replace(/,\(\+.*/, '')).length;
    expect(shown + Number(/\+(\d+)/.exec(short)?.[1])).toBe(40);
    expect(foldHostsWithin(names.slice(0, 3), 30)).toBe('cd[0,2,4]');
  });
});
