import { describe, expect, it } from 'vitest';
import { TASK_STATUSES } from '../../../src/core/results.ts';
import { chooseColor, chooseUnicode, createStyle, STATUS_LOOK, STATUS_ORDER } from '../../../src/report/style.ts';

describe('chooseColor', () => {
  it.each([
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [undefined, { NO_COLOR: '' }, true, true],
    [undefined, { FORCE_COLOR: '1' }, false, true],
    [undefined, { CLICOLOR_FORCE: '1' }, false, true],
    [undefined, { CLICOLOR_FORCE: '0' }, false, false],
    [undefined, { FORCE_COLOR: '0' }, true, false],
    [undefined, {}, true, true],
    [undefined, {}, false, false],
    [undefined, { TERM: 'dumb' }, true, false],
  ] as const)('%s %j terminal=%s → %s', (flag, env, isTerminal, colored) => {
    expect(chooseColor(flag, env, isTerminal)).toBe(colored);
  });
});

describe('chooseUnicode', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'de_DE.UTF-8', LANG: 'C' }, true],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
    [{}, false],
  ])('%j → %s', (env, unicode) => {
    expect(chooseUnicode(env)).toBe(unicode);
  });
});

describe('createStyle', () => {
  it('paints only where colours are wanted', () => {
    expect(createStyle({ color: true, unicode: true }).paint('bad', 'x')).toBe('\x1b[31mx\x1b[39m');
    expect(createStyle({ color: false, unicode: true }).paint('bad', 'x')).toBe('x');
  });

  it('has an ASCII sign for every sign', () => {
    const ascii = createStyle({ color: false, unicode: false });
    for (const status of TASK_STATUSES) expect(ascii.glyph(STATUS_LOOK[status].glyph)).toMatch(/^[ -~]$/);
    for (const name of ['arrow', 'dot', 'full', 'empty', 'cut', 'fork', 'last', 'pipe', 'blank'] as const) {
      expect(ascii.glyph(name)).toMatch(/^[ -~]+$/);
    }
  });

  it('lists every status', () => {
    expect([...STATUS_ORDER].sort()).toEqual([...TASK_STATUSES].sort());
  });
});
