import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/config/yaml.ts';
import { keyOffsetAt, nodeAt, placeInside } from '../../../src/config/yaml-node.ts';
import { hintsOf, mistakesOf, thrownMistakes } from '../../support/mistakes.ts';

const read = (text: string) => parseYaml('f.yml', text, 'E_PLAYBOOK');
const value = (text: string) => read(text).root?.value;

describe('parseYaml', () => {
  it('reads YAML 1.2: yes is text, 0755 is 755, 010 as a key stays 010', () => {
    expect(value('a: yes\nb: 0755\nc: 0o755\nd: "0755"\n010: x\ne: ~\nf: 1.10\n')).toEqual({
      a: 'yes',
      b: 755,
      c: 493,
      d: '0755',
      '010': 'x',
      e: null,
      f: 1.1,
    });
  });

  it('keeps the order of keys, also of those that look like numbers', () => {
    expect([...(read('b: 1\n10: 2\n2: 3\n').root?.entries?.keys() ?? [])]).toEqual(['b', '10', '2']);
  });

  it('resolves aliases', () => {
    expect(value('a: &x [1, 2]\nb: *x\n')).toEqual({ a: [1, 2], b: [1, 2] });
  });

  it.each(['', '# only a comment\n', '---\n'])('has no root for %j', (text) => {
    expect(read(text).root).toBeUndefined();
  });

  it.each([
    ['a: 1\nb: 2\na: 3\n', '3:1 "a" stands twice in the same mapping; the first is on line 1'],
    ['a:\n\t- b\n', '2:1 a tab cannot indent'],
    ['- a: 1\n  b: 2\n\tc: [2]\n', '3:2 a tab cannot indent'],
    ['a:\n  b: 1\n  web01\n', '3:3 a key needs a ":" behind it'],
    ['a: "x\nb: 1\n', '3:1 missing closing "quote'],
    ['a: b: c\n', '1:4 there is a second ": " on this line'],
    ['a: *nope\n', '1:4 there is no anchor &nope before this alias'],
    ['&a [*a]\n', '1:5 the alias *a refers to a value that it is part of'],
    ['--- a\n--- b\n', '2:1 a second document begins here, and only one is read'],
    ['a: !vault |\n  x\n', '1:4 values sealed by Ansible Vault (!vault) are not read'],
    ['a: !x y\n', '1:4 the tag !x is not known'],
    ['a: {{ b }}\n', '1:5 a value that begins with {{ must be in quotes'],
    ['? [a]\n: b\n', '1:3 a key must be a plain word or a text in quotes'],
    ['a: 12345678901234567890\n', '1:4 the number 12345678901234567890 cannot be kept exactly'],
    ['a: .inf\n', '1:4 the number .inf cannot be kept exactly'],
    ['b: {<<: 1}\n', '1:5 merge keys (<<) are not part of YAML 1.2'],
    ['__proto__: 1\n', '1:1 "__proto__" cannot be a key'],
    ['%YAML 1.1\n---\na: yes\n', '1:1 YAML 1.1 is not read, only 1.2'],
    ['a: `x`\n', '1:4 a text cannot begin with this character'],
  ])('refuses %j', (text, mistake) => {
    expect(mistakesOf(() => read(text))).toEqual([mistake]);
  });

  it('tells several mistakes at once, with the line of each', () => {
    const found = thrownMistakes(() => read('a: 1\na: 2\nb: 99999999999999999999\nc: *x\n'));
    expect(found.map(({ place }) => place?.text)).toEqual(['a: 2', 'b: 99999999999999999999', 'c: *x']);
    expect(found.every(({ code }) => code === 'E_PLAYBOOK')).toBe(true);
  });

  it('tells the first syntax errors one by one, and counts the rest where it begins', () => {
    const broken = (count: number) => mistakesOf(() => read(Array(count).fill('k: @x').join('\n')));
    const [five, nine] = [broken(5), broken(9)];
    expect(five.filter((line) => line.includes('more from here'))).toEqual([]);
    expect(nine).toHaveLength(6);
    expect(nine.at(-1)).toMatch(/more from here on, which may come of the above/);
  });

  it('takes a file with a NUL byte for no text, and says where', () => {
    expect(mistakesOf(() => read('a: 1\nb: \0\nk: @x\n'))).toEqual([
      expect.stringContaining('2:4 this is not a text file'),
    ]);
  });

  it('finds an alias bomb where it explodes, and lets few aliases pass', () => {
    const bomb = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let i = 1; i < 9; i++)
      bomb.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(mistakesOf(() => read(bomb.join('\n')))).toEqual([
      expect.stringMatching(/^7:\d+ aliases of aliases make this file explode$/),
    ]);
    expect(value(bomb.slice(0, 3).join('\n'))).toBeDefined();
  });

  it.each([200, 1000, 100_000])('refuses %i levels, in every form', (levels) => {
    for (const text of [
      '['.repeat(levels),
      '['.repeat(levels) + ']'.repeat(levels),
      '{a: '.repeat(levels),
      '- '.repeat(levels),
    ])
      expect(mistakesOf(() => read(text))).toEqual([
        expect.stringMatching(/^1:\d+ values are nested more than 100 deep$/),
      ]);
    expect(() => read('['.repeat(90) + ']'.repeat(90))).not.toThrow();
  });

  it('refuses aliases that nest too deep', () => {
    const chain = (length: number) =>
      ['a0: &a0 [1]', ...Array.from({ length }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)].join('\n');
    expect(mistakesOf(() => read(chain(200)))[0]).toMatch(/^100:\d+ values are nested more than 100 deep$/);
    expect(() => read(chain(90))).not.toThrow();
  });

  it('says what to do', () => {
    expect(hintsOf(() => read('a: 12345678901234567890'))).toEqual(["Quote it if it is text: '12345678901234567890'."]);
  });
});

describe('places', () => {
  const file = read('top:\n  - name: one\n    say: "a {{ b }}"\n    more: |\n      x\n');
  const root = file.root ?? { value: null, offset: 0 };
  const at = (offset: number) => {
    const { line, column } = file.source.placeAt(offset);
    return `${line}:${column}`;
  };

  it('are found by path', () => {
    expect(at(nodeAt(root, ['top', 0, 'name']).offset)).toBe('2:11');
    expect(at(keyOffsetAt(root, ['top', 0, 'say']))).toBe('3:5');
    expect(at(nodeAt(root, ['top', 0, 'absent', 'deeper']).offset)).toBe('2:5');
  });

  it('are exact inside a text that stands in the file letter by letter, else they are those of the value', () => {
    const say = nodeAt(root, ['top', 0, 'say']);
    expect(placeInside(file.source, say, 5)).toMatchObject({ line: 3, column: 16, text: '    say: "a {{ b }}"' });
    expect(placeInside(file.source, nodeAt(root, ['top', 0, 'more']), 1)).toMatchObject({ line: 5, column: 8 });
    const folded = read('a: >\n  x\n  y {{ z }}\n');
    const node = nodeAt(folded.root ?? root, ['a']);
    expect(placeInside(folded.source, node, 5)).toMatchObject({ line: 1, column: 4 });
  });

  it('are exact in the lines of a literal block', () => {
    const block = read('a: |\n\n    one\n      two {{ x }}\nb: 1\n');
    const node = nodeAt(block.root ?? root, ['a']);
    expect(node.value).toBe('\none\n  two {{ x }}\n');
    expect(placeInside(block.source, node, String(node.value).indexOf('x'))).toMatchObject({
      line: 4,
      column: 14,
      text: '      two {{ x }}',
    });
  });

  it('count from 1 and end with the text', () => {
    expect(file.source.placeAt(-5)).toMatchObject({ line: 1, column: 1, text: 'top:' });
    expect(file.source.placeAt(10_000).line).toBe(6);
    expect(read('a: 1\r\nb: 2').source.placeAt(8)).toMatchObject({ line: 2, column: 3, text: 'b: 2' });
  });
});
