import { describe, expect, it } from 'vitest';
import { UnbusyError } from '../../../src/core/errors.ts';
import { formatMistake } from '../../../src/core/mistake-lines.ts';

const mistake = (text: string, column: number, hint?: string) =>
  new UnbusyError('E_PLAYBOOK', 'this is wrong', {
    place: { file: 'p.yml', line: 3, column, text },
    ...(hint === undefined ? {} : { hint }),
  });

describe('formatMistake', () => {
  it('shows the place, the line, a caret and the hint', () => {
    expect(formatMistake(mistake('  mode: 0644', 9, "Quote it: '0644'."))).toEqual([
      'p.yml:3:9: this is wrong',
      '      mode: 0644',
      '            ^',
      "  Quote it: '0644'.",
    ]);
  });

  it('keeps the caret below its column behind tabs, wide and control characters', () => {
    const column = (lines: string[]) => [lines[1]?.indexOf('X'), lines[2]?.indexOf('^')];
    const [x, caret] = column(formatMistake(mistake('\ta\x1bX', 4)));
    expect(caret).toBe(x);
    const wide = formatMistake(mistake('容器X', 3));
    expect(wide[2]?.indexOf('^')).toBe(4 + 4);
  });

  it('lets nothing raw through', () => {
    const lines = formatMistake(
      new UnbusyError('E_USAGE', 'bad \x1b[31m', {
        hint: 'x\x07',
        place: { file: 'a\nb', line: 1, column: 1, text: '\x1b]0;t' },
      }),
    );
    expect(lines.join('')).not.toMatch(/[\x00-\x1f\x7f]/);
  });

  it('lets a name from a file forge no lines, and keeps those of an error without a place', () => {
    const place = { file: 'f', line: 1, column: 1 };
    expect(formatMistake(new UnbusyError('E_USAGE', 'no "a\nf:2:1: b"', { place }))).toEqual([
      'f:1:1: no "a\\x0af:2:1: b"',
    ]);
    expect(formatMistake(new UnbusyError('E_SSH_CONFIG', 'ssh said:\nbad'))).toEqual(['ssh said:\nbad']);
  });

  it('cuts a long line around the column', () => {
    const lines = formatMistake(mistake(`${'a'.repeat(500)}X${'b'.repeat(500)}`, 501));
    expect(lines[1]?.length).toBeLessThan(120);
    expect(lines[2]?.indexOf('^')).toBe(lines[1]?.indexOf('X'));
  });

  it('does without a place, and without a line', () => {
    expect(formatMistake(new UnbusyError('E_USAGE', 'no place'))).toEqual(['no place']);
    expect(
      formatMistake(new UnbusyError('E_USAGE', 'empty', { place: { file: 'f', line: 1, column: 1, text: ' ' } })),
    ).toEqual(['f:1:1: empty']);
  });
});
