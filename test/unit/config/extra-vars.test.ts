import { describe, expect, it } from 'vitest';
import { readExtraVars } from '../../../src/config/extra-vars.ts';
import { thrownMistakes } from '../../support/mistakes.ts';

const files: Record<string, string> = { 'v.yml': 'a: 1\nb: [x]\n', 'bad.yml': 'a: 1\na: 2\n', 'list.yml': '- 1\n' };
const reader = {
  read: (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
    return text;
  },
  exists: (path: string) => path in files,
};
const read = (...given: string[]) => readExtraVars(given, reader);

describe('readExtraVars', () => {
  it('keeps the values of k=v as text', () => {
    expect(read('n=1', 'yes=true', 'empty=', 'url=http://x/?a=b').vars).toEqual({
      n: '1',
      yes: 'true',
      empty: '',
      url: 'http://x/?a=b',
    });
  });

  it('splits at spaces, and not inside quotes', () => {
    expect(read(`a=1 b="two words" c='it''s' d=x\\ y e="q\\"q"`).vars).toEqual({
      a: '1',
      b: 'two words',
      c: 'its',
      d: 'x y',
      e: 'q"q',
    });
  });

  it('reads YAML and JSON mappings and files with their types', () => {
    expect(read('{n: 1, on: true}', '{"l": ["x"]}', '@v.yml').vars).toEqual({
      n: 1,
      on: true,
      l: ['x'],
      a: 1,
      b: ['x'],
    });
  });

  it('lets the last one win and says where each came from', () => {
    expect(read('@v.yml', 'a=2')).toEqual({ vars: { a: '2', b: ['x'] }, origin: { a: '-e', b: '-e @v.yml' } });
  });

  it('tells all mistakes at once, and which -e each is in', () => {
    const given = [
      'a=1 word',
      'facts=1',
      '{a: 1, a: 2}',
      '@bad.yml',
      '@list.yml',
      'ansible_user=x',
      'ansible_password=x',
    ];
    const found = thrownMistakes(() => read(...given));
    expect(found.map(({ place, message }) => `${place?.file}:${place?.line}:${place?.column} ${message}`)).toEqual([
      '-e #1:1:5 "word" is no variable: write -e NAME=VALUE',
      '-e #2:1:1 "facts" has a meaning of its own in expressions',
      '-e #3:1:8 "a" stands twice in the same mapping; the first is on line 1',
      'bad.yml:2:1 "a" stands twice in the same mapping; the first is on line 1',
      'list.yml:1:1 variables are a mapping, found a list',
      '-e #6:1:1 "ansible_user" is no variable here',
      '-e #7:1:1 "ansible_password" is no variable here',
    ]);
  });

  it('has no variable that would change every object', () => {
    expect(thrownMistakes(() => read('__proto__=1'))).toHaveLength(1);
    expect(thrownMistakes(() => read('{"__proto__": {"a": 1}}'))).toHaveLength(1);
  });

  it('says which file it cannot read', () => {
    expect(thrownMistakes(() => read('@nope.yml'))[0]).toMatchObject({
      code: 'E_USAGE',
      message: 'the variables of -e @nope.yml cannot be read: there is no such file',
    });
  });
});
