import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOf, parseJsonTree } from '../../../../src/modules/json-keys/json-tree.ts';

const fault = (text: string) => {
  const parsed = parseJsonTree(text);
  return parsed.ok ? 'valid' : `${parsed.fault.line}:${parsed.fault.column} ${parsed.fault.message}`;
};

describe('reading a JSON text', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const parsed = parseJsonTree(text);
        expect(parsed.ok && jsonOf(parsed.root)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses, and only that, but for keys that stand twice', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\n',
      '"',
      '\\u12',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const text = pieces.join('');
        const said = fault(text);
        let isValid = true;
        try {
          JSON.parse(text);
        } catch {
          isValid = false;
        }
        if (!said.includes('second time')) expect([text, said === 'valid']).toEqual([text, isValid]);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['', '1:1 the text ends where a value should stand'],
    ['{\n  "a": 1,\n  "b": tru\n}', '3:8 a value should stand here'],
    ['{\n  "a": 1,\n}', '2:9 a comma must not stand before `}`'],
    ['[1, 2,]', '1:6 a comma must not stand before `]`'],
    ['{"a": 1 "b": 2}', '1:9 `,` or `}` should stand here'],
    ['{"a" 1}', '1:6 `:` after a key should stand here'],
    ["{'a': 1}", '1:2 a key in quotes, or `}`, should stand here'],
    ['{"a": "x', '1:7 a text is not closed, or holds what JSON does not allow'],
    ['{"a": 1} x', '1:10 something follows the end of the JSON value'],
    ['// hello\n{}', '1:1 JSON has no comments'],
    ['{"a": 01}', '1:7 a value should stand here'],
    ['\ufeff{"ü": x}', '1:7 a value should stand here'],
    ['{\r\n"a":1,\r\n"\\u0061":2}', '3:1 the key "\\u0061" stands here for the second time, after line 2'],
    ['{"a": {"b": 1, "b": 2}}', '1:16 the key "b" stands here for the second time, after line 1'],
    [`${'['.repeat(200)}`, '1:102 is nested more than 100 deep'],
  ])('says where %j is none', (text, said) => {
    expect(fault(text)).toBe(said);
  });
});
