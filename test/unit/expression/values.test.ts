import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { lift, lower } from '../../../src/expression/values.ts';

describe('lift and lower', () => {
  it('give back what they were given', () => {
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
    fc.assert(
      fc.property(json, (value) => {
        expect(lower(lift(value))).toEqual({ json: value });
      }),
    );
  });

  it('take __proto__ for a key like any other', () => {
    const odd = JSON.parse('{"__proto__": {"a": 1}}') as Json;
    expect(JSON.stringify(lower(lift(odd)))).toBe('{"json":{"__proto__":{"a":1}}}');
  });

  it('lift whole numbers only', () => {
    expect(lift([1, 1.5, 2 ** 60])).toEqual([1n, 1.5, 2 ** 60]);
  });

  it('name what JSON cannot hold', () => {
    expect(lower(2n ** 60n)).toEqual({ what: 'a number too large to be exact' });
    expect(lower([Number.NaN])).toEqual({ what: 'not a number' });
    expect(lower({ a: new Date() })).toEqual({ what: 'a point in time; write string(…) around it' });
    expect(lower(new Uint8Array())).toEqual({ what: 'a value of the kind Uint8Array' });
  });
});
