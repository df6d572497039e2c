import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../src/core/json.ts';
import { editJson } from '../../../../src/modules/json-keys/json-edit.ts';
import { jsonOf, parseJsonTree } from '../../../../src/modules/json-keys/json-tree.ts';

const read = (text: string): Json => {
  const parsed = parseJsonTree(text);
  if (!parsed.ok) throw new Error(`${parsed.fault.line}:${parsed.fault.column}: ${parsed.fault.message}\n${text}`);
  return jsonOf(parsed.root);
};

/** What a merge must come to, by values alone. */
function merged(old: Json | undefined, wanted: Json): Json {
  const isMap = (value: Json | undefined): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(old) || !isMap(wanted)) return wanted;
  const result = new Map(Object.entries(old));
  for (const [key, value] of Object.entries(wanted)) result.set(key, merged(result.get(key), value));
  return Object.fromEntries(result);
}

const key = fc.constantFrom('a', 'b', 'log-opts', 'x y', 'ü"\\', '', '__proto__', '{', 'd');
const { value } = fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('map'),
  ),
  map: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const map = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });

/** A text of that value in one of the layouts that people write. */
const layout = fc.record({
  indent: fc.constantFrom<string | number>(0, 2, 4, '\t'),
  crlf: fc.boolean(),
  end: fc.constantFrom('', '\n', '\n\n', '  '),
  mark: fc.boolean(),
});
const write = (
  json: Json,
  { indent, crlf, end, mark }: { indent: string | number; crlf: boolean; end: string; mark: boolean },
) => {
  const text = `${mark ? '\ufeff' : ''}${JSON.stringify(json, null, indent)}${end}`;
  return crlf ? text.replaceAll('\n', '\r\n') : text;
};

describe('editing a JSON text', () => {
  it('comes to what a merge comes to, and does nothing the second time', () => {
    fc.assert(
      fc.property(map, map, layout, (old, wanted, how) => {
        const edited = editJson(write(old, how), wanted, []);
        expect(read(edited)).toEqual(JSON.parse(JSON.stringify(merged(old, wanted))));
        expect(editJson(edited, wanted, [])).toBe(edited);
      }),
    );
  });

  it('leaves a text alone that has all that is wanted', () => {
    fc.assert(
      fc.property(map, layout, (old, how) => {
        expect(editJson(write(old, how), old, [])).toBe(write(old, how));
      }),
    );
  });

  it('removes what it added, and the text is what it was', () => {
    const some = fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(some, value, layout, (old, added, how) => {
        const text = write(old, how);
        const edited = editJson(text, { 'a new key': added }, []);
        expect(edited).not.toBe(text);
        expect(editJson(edited, {}, [['a new key']])).toBe(text);
      }),
    );
  });

  it('touches nothing before and behind the member that it sets', () => {
    fc.assert(
      fc.property(map, map, value, layout, (before, behind, wanted, how) => {
        const old = { first: before, middle: 0, last: behind };
        const text = write(old, how);
        const edited = editJson(text, { middle: wanted }, []);
        const [start, end] = [text.indexOf('"middle"'), text.lastIndexOf('"last"')];
        expect(edited.startsWith(text.slice(0, start))).toBe(true);
        expect(edited.endsWith(text.slice(end))).toBe(true);
      }),
    );
  });

  it('removes a key at any place with its comma', () => {
    fc.assert(
      fc.property(map, key, layout, (old, gone, how) => {
        const rest = Object.fromEntries(Object.entries(old).filter(([each]) => each !== gone));
        expect(read(editJson(write(old, how), {}, [[gone]]))).toEqual(JSON.parse(JSON.stringify(rest)));
      }),
    );
  });

  it('writes like the file is written', () => {
    const text = '{\n\t"a": 1,\n\t"log-opts" : {\n\t\t"max-size": "10m"\n\t}\n}\n';
    const wanted = {
      'live-restore': true,
      'log-opts': { 'max-file': '3' },
      dns: ['1.1.1.1', '8.8.8.8'],
      deep: { x: { y: 1 } },
    };
    expect(editJson(text, wanted, [['a']])).toBe(
      '{\n\t"log-opts" : {\n\t\t"max-size": "10m",\n\t\t"max-file" : "3"\n\t},\n\t"live-restore" : true,\n\t"dns" : ["1.1.1.1", "8.8.8.8"],\n\t"deep" : {\n\t\t"x" : {\n\t\t\t"y" : 1\n\t\t}\n\t}\n}\n',
    );
    expect(editJson('{"a":1,"b":2}', { c: { d: [1, { e: 2 }] } }, [])).toBe('{"a":1,"b":2,"c":{"d":[1,{"e":2}]}}');
    expect(editJson('{"a": 1}', { b: 2 }, [])).toBe('{"a": 1, "b": 2}');
    expect(editJson('{}\n', { a: { b: true } }, [])).toBe('{\n  "a": {\n    "b": true\n  }\n}\n');
    expect(editJson('{ }', {}, [['a']])).toBe('{ }');
    expect(editJson('{\r\n    "a": 1\r\n}', { b: 2 }, [])).toBe('{\r\n    "a": 1,\r\n    "b": 2\r\n}');
    expect(editJson('{"n": 1.0, "e": 1e2}', { n: 1, e: 100 }, [])).toBe('{"n": 1.0, "e": 1e2}');
    expect(editJson('{"n": [1]}', { n: { a: 1 } }, [])).toBe('{"n": {"a": 1}}');
  });

  it('removes a key inside a map only', () => {
    const text = '{"a": {"b": 1, "c": 2}, "b": 3}';
    expect(editJson(text, {}, [['a', 'b']])).toBe('{"a": {"c": 2}, "b": 3}');
    expect(editJson(text, {}, [['b', 'a']])).toBe(text);
    expect(editJson(text, {}, [['x', 'y']])).toBe(text);
  });
});
