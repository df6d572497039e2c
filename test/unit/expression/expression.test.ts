import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { compileExpression, type Evaluation } from '../../../src/expression/expression.ts';

const NAMES = new Map<string, Json | undefined>([
  ['a', 1],
  ['half', 0.5],
  ['s', '1'],
  ['flag', 'true'],
  ['items', [1, 2]],
  ['m', { n: 2, inner: { x: 'y' } }],
  ['out', undefined],
  ['facts', { kernel: '3.10.0-327.el7', uid: 0 }],
  ['host', 'cd01'],
]);

function evaluate(text: string, registered: readonly string[] = ['out']): Evaluation {
  const compiled = compileExpression(text, new Set(registered));
  if ('faults' in compiled) throw new Error(`${text}: ${compiled.faults.map((fault) => fault.message).join('; ')}`);
  return compiled.evaluate(NAMES);
}

function faults(text: string): readonly { message: string; start: number; hint?: string }[] {
  const compiled = compileExpression(text, new Set(['out']));
  return 'faults' in compiled ? compiled.faults : [];
}

const known = (value: Json) => ({ kind: 'known', value });
const unknown = (why: string) => ({ kind: 'unknown', why });

describe('compileExpression', () => {
  it.each([
    ['a + 1', 2],
    ['a / 2', 0],
    ['half * 2.0', 1],
    ['facts.uid == 0 && a < 2', true],
    ['a == 1.0', true],
    ['"x" in ["x", "y"]', true],
    ['size(items) + size(s)', 3],
    ['items.exists(x, x == 2)', true],
    ['items.map(x, x * 10)', [10, 20]],
    ['items.filter(x, x > a)', [2]],
    ['has(m.n) && !has(m.q)', true],
    ['m.inner.x + host', 'ycd01'],
    ['{"k": a, "l": items}', { k: 1, l: [1, 2] }],
    ['vars.?absent.orValue("none")', 'none'],
    ['vars.?s.orValue("none")', '1'],
    ['vars["a"] == a', true],
    ['vercmp(facts.kernel, "3.18") < 0', true],
    ['s.matches("^[0-9]+$")', true],
    ['a == null', false],
    ['type(a) == int', true],
  ])('evaluates %s', (text, value) => {
    expect(evaluate(text)).toEqual(known(value));
  });

  it('keeps vars free of facts, results and the host', () => {
    expect(evaluate('vars')).toEqual(
      known({ a: 1, half: 0.5, s: '1', flag: 'true', items: [1, 2], m: { n: 2, inner: { x: 'y' } } }),
    );
  });

  it('absorbs what is not known, and only where it does not matter', () => {
    expect(evaluate('out.ok && false')).toEqual(known(false));
    expect(evaluate('false && out.ok')).toEqual(known(false));
    expect(evaluate('out.ok || true')).toEqual(known(true));
    expect(evaluate('out.ok && true')).toEqual(unknown('"out" is not known here'));
    expect(evaluate('out.ok || false')).toEqual(unknown('"out" is not known here'));
    expect(evaluate('!out.ok')).toEqual(unknown('"out" is not known here'));
  });

  it('names a variable that this host does not have', () => {
    expect(evaluate('absent > 1')).toEqual({ ...unknown('"absent" has no value on this host'), missing: 'absent' });
  });

  it.each([
    ['a == "1"', 'it compares text with a number ("1" with 1)'],
    ['"1" != a', 'it compares text with a number ("1" with 1)'],
    ['flag == true', 'it compares text with true or false ("true" with true)'],
    ['m.q', 'm has no "q"'],
    ['m.inner.z == 1', 'm.inner has no "z"'],
    ['a + s', 'the types do not fit (int + string) in `a + s`'],
    ['size(a)', "the types do not fit ('size(int)') in `size(a)`"],
    ['a && true', '`a` is neither true nor false'],
    ['1 / (a - 1)', 'division by zero'],
    ['vercmp(host, "") > 0', '"" is no version'],
    ['9223372036854775807', 'it gives a number too large to be exact'],
    ['timestamp("2020-01-01T00:00:00Z")', 'it gives a point in time; write string(…) around it'],
    ['m.constructor', 'm has no "constructor"'],
    ['m.__proto__', 'm has no "__proto__"'],
  ])('is unknown, and never false: %s', (text, why) => {
    expect(evaluate(text)).toEqual(unknown(why));
  });

  it('collects the names that it reads, without those that it binds', () => {
    const compiled = compileExpression(
      'items.filter(x, x > a).size() == size(vars.?b.orValue([])) && cel.bind(y, 1, y == c)',
    );
    if ('faults' in compiled) throw new Error('must compile');
    expect([...compiled.names].sort()).toEqual(['a', 'b', 'c', 'items']);
    expect(compiled.type).toBe('bool');
  });

  it.each([
    ['1 +', 3, undefined],
    ['a and s', 2, 'Write && for and, || for or.'],
    ['a is defined', 2, 'Write has(vars.NAME), or !has(vars.NAME).'],
    ['a | default(1)', 2, 'Write vars.?NAME.orValue(…): there are no filters.'],
    ['a = 1', 2, 'Write == to compare.'],
    ['.Names', 0, 'Write {{ "{{…}}" }} where braces belong to a command, as in docker --format.'],
    ['"x" == 1', 0, undefined],
    ['nofunction(a)', 0, undefined],
    ['vars.?x == 1', 0, undefined],
    ['if', 0, 'Write vars["NAME"] for a variable of that name.'],
    ['list.size()', 0, 'Write vars["list"] for a variable of that name.'],
    ['vars.out', 5, 'Write out without vars.'],
  ])('refuses %s when it is read', (text, start, hint) => {
    expect(faults(text)).toEqual([expect.objectContaining({ start, ...(hint === undefined ? {} : { hint }) })]);
  });

  it('refuses patterns that could run for ever', () => {
    expect(faults('s.matches("^(a+)+$")')[0]?.start).toBe(10);
    expect(faults('s.matches(host)')[0]?.message).toContain('written out');
    expect(faults('s.matches("(a")')[0]?.message).toContain('not valid');
    expect(faults('s.matches("^a+$")')).toEqual([]);
  });

  it('refuses expressions that are too large', () => {
    expect(faults(Array.from({ length: 3000 }, () => 'a').join(' + '))).toHaveLength(1);
    expect(faults(`${'!'.repeat(3000)}flag`)).toEqual([
      { message: 'the expression has more than 2000 characters', start: 0 },
    ]);
    expect(faults(`${'!'.repeat(1900)}flag`)).toEqual([]);
    expect(faults(`${'('.repeat(200)}a${')'.repeat(200)}`)).toHaveLength(1);
  });
});
