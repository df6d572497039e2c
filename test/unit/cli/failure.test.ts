import { describe, expect, it } from 'vitest';
import { explainFailure } from '../../../src/cli/failure.ts';
import { MistakesError, UnbusyError } from '../../../src/core/errors.ts';

const place = { file: 'p.yml', line: 3, column: 5, text: '  - fiel_content: {}' };

describe('a failure', () => {
  it('of several mistakes shows each with place, line, caret and hint, and says that no host was touched', () => {
    const one = new UnbusyError('E_PLAYBOOK', 'no module "fiel_content"', {
      place,
      hint: 'Did you mean file_content?',
    });
    const two = new UnbusyError('E_PLAYBOOK', 'hosts is missing', { place: { ...place, line: 1, column: 1 } });
    const { lines, exitCode } = explainFailure(new MistakesError([one, two]));
    expect(exitCode).toBe(2);
    expect(lines).toContain('p.yml:3:5: no module "fiel_content"');
    expect(lines.some((line) => /^ +\^$/.test(line))).toBe(true);
    expect(lines).toContain('  Did you mean file_content?');
    expect(lines.at(-1)).toBe('2 mistakes; no host was touched');
  });

  it.each([
    ['E_NO_MATCH', 8],
    ['E_USAGE', 2],
    ['E_KEY_FILE', 2],
    ['E_LOCK', 7],
    ['E_GUARD', 6],
    ['E_INTERRUPTED', 130],
  ] as const)('of %s ends in %i and names its code', (code, exitCode) => {
    const failure = explainFailure(new UnbusyError(code, 'it is so', { hint: 'Do that.' }));
    expect(failure).toEqual({ lines: [`${code}: it is so`, '  Do that.'], exitCode });
  });

  it('of a termination ends in 143, not as a ^C', () => {
    const of = (signal: string) => explainFailure(new UnbusyError('E_INTERRUPTED', 'it is so', { data: { signal } }));
    expect([of('SIGTERM').exitCode, of('SIGINT').exitCode]).toEqual([143, 130]);
  });

  it('that is no error of ours is a bug, with its stack, and ends in 1', () => {
    const { lines, exitCode } = explainFailure(new TypeError('x is not a function'));
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatch(/^E_BUG: TypeError: x is not a function\n +at /);
    expect(explainFailure('odd').exitCode).toBe(1);
  });

  it('prints nothing raw', () => {
    expect(explainFailure(new UnbusyError('E_USAGE', 'a\x1b[2Jb', { hint: '\x07' })).lines.join('')).not.toMatch(
      /[\u0000-\u001f]/,
    );
  });
});
