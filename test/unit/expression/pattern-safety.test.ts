import { describe, expect, it } from 'vitest';
import { patternDanger } from '../../../src/expression/pattern-safety.ts';

describe('patternDanger', () => {
  it.each([
    '(a+)+',
    '(a*)*',
    '(a|a)*',
    '(a|b)+c',
    '((ab)+c)*',
    '(a{2,})+',
    '(?:x*y){3,}',
    '([a-z]+)*$',
    '(.*a){12,}',
    '((a))+(b+)+',
    '(a)\\1',
    '(?<n>a)\\k<n>',
    '(?=a+)b',
    '(?<!a)b',
  ])('refuses %s', (pattern) => {
    expect(patternDanger(pattern)).toMatch(/for ever/);
  });

  it.each([
    '^a+$',
    '(a|b)',
    '(a|b)c+',
    '(ab)+',
    '(a{3})+',
    '[(+*|]+',
    '\\(a+\\)+',
    '^/var/lib/docker(-\\d)?/',
    '(abc){2,5}',
    'a.*b',
    '[\\]+]+',
  ])('lets %s run', (pattern) => {
    expect(patternDanger(pattern)).toBeUndefined();
  });

  it('says why a pattern is not valid', () => {
    expect(patternDanger('(a')).toMatch(/^it is not valid/);
  });
});
