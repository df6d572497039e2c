import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../src/programs/unified-diff.ts';

describe('unifiedDiff', () => {
  it('shows three lines of context and no more', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`);
    const changed = lines.map((line, index) => (index === 10 ? 'other\n' : line));
    const diff = unifiedDiff('/etc/x', lines.join(''), changed.join(''));
    expect(diff.split('\n').slice(0, 3)).toEqual(['--- /etc/x', '+++ /etc/x', '@@ -8,7 +8,7 @@']);
    expect(diff.split('\n')).toHaveLength(12);
  });

  it('gives up on texts that share nothing, instead of searching for long', () => {
    const text = (word: string) => Array.from({ length: 1500 }, (_, index) => `${word} ${index}\n`).join('');
    expect(unifiedDiff('/etc/x', text('a'), text('b'))).toBe('/etc/x: more than 1000 lines differ\n');
  });
});
