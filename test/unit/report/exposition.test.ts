import { describe, expect, it } from 'vitest';
import { type MetricFamily, parseExposition, renderExposition } from '../../../src/report/exposition.ts';
import { readExposition } from '../../support/exposition-reader.ts';

const family = (labels: Record<string, string>, value: number): MetricFamily => ({
  ...{ name: 'unbusy_leaks', type: 'gauge', help: 'Left \\ over\nmounts.' },
  samples: [{ labels, value }],
});
const NASTY = 'a"b\\c\nd{e=",}\\n é';

describe('metrics as text', () => {
  it('come back as they were, whatever stands in a label, from our reader and from a strict one', () => {
    const text = renderExposition([family({ playbook: 'x', cause: NASTY }, 3)]);
    expect(text.split('\n')).toHaveLength(4);
    expect(parseExposition(text)).toEqual([
      { name: 'unbusy_leaks', labels: { playbook: 'x', cause: NASTY }, value: 3 },
    ]);
    expect(readExposition(text)).toEqual(parseExposition(text));
  });

  it.each([0, 1, 0.08, 1_795_254_444.187, 1e21, 1e-9])('hold the number %d', (value) => {
    const text = renderExposition([family({}, value)]);
    expect([parseExposition(text)?.[0]?.value, readExposition(text)[0]?.value]).toEqual([value, value]);
  });

  it('never hold what is no number', () => {
    expect(() => renderExposition([family({}, Number.NaN)])).toThrow('NaN is no value');
    expect(() => renderExposition([family({}, 1 / 0)])).toThrow(TypeError);
  });

  it.each([
    ['cut in the middle', 'unbusy_leaks{host="a"} 1\nunbusy_le'],
    ['cut before its last newline', 'unbusy_leaks 1'],
    ['without a value', 'unbusy_leaks\n'],
    ['with an open label', 'unbusy_leaks{host="a} 1\n'],
    ['with an unknown escape', 'unbusy_leaks{host="\\t"} 1\n'],
    ['with a label twice', 'unbusy_leaks{host="a",host="b"} 1\n'],
    ['with a word', 'unbusy_leaks many\n'],
    ['of another kind', '{"json": true}\n'],
  ])('%s are read as nothing at all', (_, text) => {
    expect(parseExposition(text)).toBeUndefined();
  });

  it('that are empty are no mistake', () => {
    expect(parseExposition('')).toEqual([]);
    expect(parseExposition('# HELP x y\n')).toEqual([]);
  });
});

describe('the strict reader of these tests', () => {
  it.each([
    ['x 1\n', 'no HELP'],
    ['# HELP x y\n# TYPE x gauge\nx 1\nx 2\n', 'twice'],
    ['# HELP x y\n# TYPE x gauge\n# HELP x y\nx 1\n', 'second HELP'],
    ['# HELP x y\n# TYPE x counter\nx 1\n', 'is a counter'],
    ['# HELP x y\n# TYPE x gauge\nx{a="\\q"} 1\n', 'no label'],
    ['# HELP x y\n# TYPE x gauge\nx 1\n# HELP z y\n# TYPE z gauge\nz 1\nx{a="b"} 1\n', 'stand together'],
    ['# HELP x y\n# TYPE x gauge\nx 1', 'newline'],
  ])('refuses %j', (text, why) => {
    expect(() => readExposition(text)).toThrow(why);
  });
});
