import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBytes, encodeText } from '../../../src/connection/bytes.ts';
import { parseRecords } from '../../../src/connection/records.ts';

const parse = (text: string) => parseRecords(Buffer.from(text, 'latin1'));

/** As the kernel writes a path into mountinfo: blank, tab, newline and backslash as octal. */
const escaped = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    [0x20, 0x09, 0x0a, 0x5c].includes(byte) ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte),
  ).join('');

describe('records', () => {
  test('are kinds with fields', () => {
    expect(parse('mount\t/a\\040b\t7\nempty\nend\t2\n')).toEqual({
      records: [
        { kind: 'mount', fields: ['/a b', '7'] },
        { kind: 'empty', fields: [] },
      ],
      whole: true,
    });
    expect(parse('end\t0\n')).toEqual({ records: [], whole: true });
  });

  test('keep empty fields and what is no escape', () => {
    expect(parse('a\t\t\\x\t\\8\t\\04\t\\777\nend\t1\n').records).toEqual([
      { kind: 'a', fields: ['', '\\x', '\\8', '\\04', '\\777'] },
    ]);
  });

  test.each([
    ['', 'it has no end record'],
    ['a\t1\n', 'it has no end record'],
    ['a\t1\nend\t1', 'its last line is cut'],
    ['a\t1\nend\t2\n', 'its end record says 2, but 1 records came'],
    ['a\t1\nend\n', 'its end record says nothing, but 1 records came'],
    ['end\t0\na\t1\n', 'something follows its end record'],
    ['end\t0\nend\t0\n', 'something follows its end record'],
  ])('%j is not whole', (text, problem) => {
    expect(parse(text)).toMatchObject({ whole: false, problem });
  });

  test('drop a line that was cut', () => {
    expect(parse('a\t1\nb\t/var/lib/dock').records).toEqual([{ kind: 'a', fields: ['1'] }]);
  });

  test('bring any bytes through the escapes of the kernel, and back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 5 }), (fields) => {
        const line = ['kind', ...fields.map(escaped)].join('\t');
        const { records, whole } = parse(`${line}\nend\t1\n`);
        expect(whole).toBe(true);
        expect(records[0]?.fields.map((field) => Buffer.from(encodeText(field)).toString('hex'))).toEqual(
          fields.map((field) => Buffer.from(field).toString('hex')),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('bytes', () => {
  test('of UTF-8 are its text, others stand for themselves', () => {
    expect(decodeBytes(Buffer.from('ü🙂'))).toBe('ü🙂');
    expect(decodeBytes(Buffer.from([0x61, 0xe9, 0xff, 0x62]))).toBe('a\udce9\udcffb');
    expect(decodeBytes(Buffer.from([0xc3, 0xbc, 0xc3]))).toBe('ü\udcc3');
    // An overlong slash and a surrogate in UTF-8 are no UTF-8 (RFC 3629).
    expect(decodeBytes(Buffer.from([0xc0, 0xaf]))).toBe('\udcc0\udcaf');
    expect(decodeBytes(Buffer.from([0xed, 0xb3, 0xbf]))).toBe('\udced\udcb3\udcbf');
  });

  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encodeText(decodeBytes(bytes)).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
