import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../src/report/style.ts';
import { renderTree } from '../../../src/report/tree.ts';

const root = {
  label: 'cd01',
  children: [{ label: 'mount', children: [{ label: 'held by\x1b[2J' }, { label: 'remedy' }] }, { label: 'end' }],
};

describe('the tree', () => {
  it('draws branches', () => {
    expect(renderTree(root, createStyle({ color: false, unicode: true }))).toEqual([
      'cd01',
      '├─ mount',
      '│  ├─ held by\\x1b[2J',
      '│  └─ remedy',
      '└─ end',
    ]);
  });

  it('draws them in ASCII where nothing else can be shown', () => {
    const lines = renderTree(root, createStyle({ color: false, unicode: false }));
    expect(lines.join('')).toMatch(/^[ -~]+$/);
    expect(lines[3]).toBe('|  `- remedy');
  });
});
