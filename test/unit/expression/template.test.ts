import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { compileTemplate } from '../../../src/expression/template.ts';

const NAMES = new Map<string, Json | undefined>([
  ['n', 5],
  ['on', true],
  ['s', 'a"b'],
  ['items', ['x']],
  ['nothing', null],
  ['braces', '{{ n }}'],
  ['out', undefined],
]);

function render(text: string) {
  const compiled = compileTemplate(text, new Set(['out']));
  if (compiled === undefined) return 'plain';
  return 'faults' in compiled ? compiled.faults : compiled.evaluate(NAMES);
}

describe('compileTemplate', () => {
  it.each([
    ['{{ n }}', 5],
    ['{{ items }}', ['x']],
    ['{{nothing}}', null],
    ['x{{ n }}y{{ on }}', 'x5ytrue'],
    ['{{ n }} ', '5 '],
    ['{{ "{{" }}', '{{'],
    ['{{ "}}" }}{{ \'"\' }}', '}}"'],
    ['{{ {"a": {"b": n}} }}', { a: { b: 5 } }],
    ['{{ "a\\"}}b" }}', 'a"}}b'],
    ['-{{ s }}-', '-a"b-'],
  ])('fills %s', (text, value) => {
    expect(render(text)).toEqual({ kind: 'known', value });
  });

  it('fills once: braces in a value stay what they are', () => {
    expect(render('{{ braces }}')).toEqual({ kind: 'known', value: '{{ n }}' });
  });

  it.each(['', 'no braces', '}} alone', '{ a }', '$' + '{#items}'])('leaves %j alone', (text) => {
    expect(render(text)).toBe('plain');
  });

  it.each([
    ['x {{ items }}', '{{ items }} is a list and cannot stand inside a text'],
    ['x {{ nothing }}', '{{ nothing }} is null and cannot stand inside a text'],
  ])('refuses %s', (text, why) => {
    expect(render(text)).toEqual({ kind: 'unknown', why, misused: true });
  });

  it('is unknown if one of its values is', () => {
    expect(render('{{ n }}{{ out.x }}')).toEqual({ kind: 'unknown', why: '"out" is not known here' });
    expect(render('{{ absent }}')).toEqual({
      kind: 'unknown',
      why: '"absent" has no value on this host',
      missing: 'absent',
    });
  });

  it('says where a mistake is in the whole text', () => {
    expect(render('ab {{ n')).toEqual([expect.objectContaining({ start: 3, message: 'this {{ is never closed' })]);
    expect(render('a {{ n }} {{  n + }}')).toEqual([expect.objectContaining({ start: 17 })]);
    expect(render("docker ps --format '{{.Names}}'")).toEqual([
      expect.objectContaining({ start: 22, hint: expect.stringContaining('docker --format') }),
    ]);
    expect(render('x {% if n %}')).toEqual([expect.objectContaining({ start: 2 })]);
    expect(render('{{ }}')).toEqual([expect.objectContaining({ start: 3 })]);
  });
});
