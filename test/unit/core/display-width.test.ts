import { describe, expect, it } from 'vitest';
import { clip, displayWidth, fill } from '../../../src/core/display-width.ts';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['Zürich …', 8],
    ['容器', 4],
    ['e\u0301', 1],
    ['🐳', 2],
  ])('%s', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('clip and fill', () => {
  it('cut to columns, not to characters, and mark the cut', () => {
    expect(clip('abcdef', 4)).toBe('abc…');
    expect(clip('abcd', 4)).toBe('abcd');
    expect(clip('容器容器', 5)).toBe('容器…');
    expect(clip('abcdef', 3, '...')).toBe('...');
    expect(clip('abcdef', 0)).toBe('');
  });

  it('fill up to columns', () => {
    expect(fill('容', 4)).toBe('容  ');
    expect(fill('abcdef', 4)).toBe('abcdef');
  });
});
