import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  below,
  components,
  isBelow,
  isWithin,
  lastNamed,
  relativeTo,
  withoutDeleted,
} from '../../../src/mounts/paths.ts';

const part = fc.stringMatching(/^[ab2.-]{1,3}$/);
const path = fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);

describe('containment', () => {
  it('is by whole components, as comparing them one by one says', () => {
    fc.assert(
      fc.property(path, path, (one, other) => {
        const outer = components(other);
        const inside = outer.every((each, index) => components(one)[index] === each);
        expect(isWithin(one, other)).toBe(inside);
        expect(isBelow(one, other)).toBe(inside && components(one).length > outer.length);
      }),
    );
  });

  it('does not take a longer name for a child', () => {
    expect(isWithin('/x/merged2', '/x/merged')).toBe(false);
    expect(isWithin('/x/merged/2', '/x/merged')).toBe(true);
    expect(isWithin('/x', '/')).toBe(true);
  });

  it('takes a path apart and together again', () => {
    fc.assert(
      fc.property(path, path, (top, rest) => {
        const whole = below(top, rest === '/' ? '' : rest);
        expect(below(top, relativeTo(whole, top) ?? 'lost')).toBe(whole);
      }),
    );
    expect(relativeTo('/x/merged2', '/x/merged')).toBeUndefined();
  });
});

describe('lastNamed', () => {
  const id = 'f'.repeat(64);
  it('finds the last token or full id, and no part of a name', () => {
    const tokens = new Set(['abcd']);
    expect(lastNamed('/a/abcd/merged', tokens)).toBe('abcd');
    expect(lastNamed('/a/abcde/merged', tokens)).toBeUndefined();
    expect(lastNamed('/a/abc/merged', tokens)).toBeUndefined();
    expect(lastNamed(`/abcd/merged/${id}/merged`, tokens)).toBe(id);
    expect(lastNamed(`/${id}/merged/abcd`, tokens)).toBe('abcd');
    expect(lastNamed(`/${id}f/merged`, tokens)).toBeUndefined();
  });
});

it('takes the mark of a removed source off, which no name can hold', () => {
  expect(withoutDeleted('/src//deleted')).toBe('/src');
  expect(withoutDeleted('/src/deleted')).toBe('/src/deleted');
});
