import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/modules/command/verdict.ts';
import { conditionOf } from '../../../support/condition-of.ts';

const end = { exitCode: 0, stdout: 'out\n\n', stderr: '', cut: false, left: [] };

describe('judge', () => {
  it('takes exit number 0 for success, and what ran for a change', () => {
    expect(judge('h', 'x', {}, end)).toEqual({
      kind: 'done',
      result: { exit_code: 0, stdout: 'out', stderr: '', changed: true },
    });
    const failed = judge('h', 'x', {}, { ...end, exitCode: 3, stderr: 'first\nno \u001b[31mway\n' });
    expect(failed).toMatchObject({
      kind: 'failed',
      error: {
        code: 'E_COMMAND',
        message: 'x: ended with exit number 3: no \\x1b[31mway',
        data: { result: { exit_code: 3 } },
      },
    });
  });

  it('lets failed_when decide instead of the exit number', () => {
    const odd = { failed_when: conditionOf('result.exit_code > 1') };
    expect(judge('h', 'x', odd, { ...end, exitCode: 1 }).kind).toBe('done');
    expect(judge('h', 'x', odd, { ...end, exitCode: 2 }).kind).toBe('failed');
    const words = { failed_when: conditionOf("result.stdout.contains('out')") };
    expect(judge('h', 'x', words, end)).toMatchObject({
      error: { message: expect.stringContaining('failed_when holds') },
    });
  });

  it('lets changed_when decide whether it changed', () => {
    const told = { changed_when: conditionOf("result.stdout == 'out'") };
    expect(judge('h', 'x', told, end)).toMatchObject({ result: { changed: true } });
    expect(judge('h', 'x', told, { ...end, stdout: '' })).toMatchObject({ result: { changed: false } });
  });

  it('puts no condition to an output of which a part is missing', () => {
    const told = { changed_when: conditionOf("result.stdout == 'out'") };
    expect(judge('h', 'x', told, { ...end, cut: true })).toMatchObject({ kind: 'unknown' });
    expect(judge('h', 'x', {}, { ...end, cut: true })).toMatchObject({ kind: 'done' });
    expect(judge('h', 'x', { changed_when: conditionOf('false') }, { ...end, cut: true }).kind).toBe('done');
  });

  it('is unknown where a condition cannot be told', () => {
    const doubt = conditionOf('later == 1', { later: undefined });
    expect(judge('h', 'x', { changed_when: doubt }, end)).toMatchObject({
      kind: 'unknown',
      error: { code: 'E_UNKNOWN' },
    });
    expect(judge('h', 'x', { failed_when: doubt }, end)).toMatchObject({ kind: 'unknown' });
  });

  it('says what a command left behind, and nothing where it left nothing', () => {
    const left = ['sleep (pid 7)'];
    expect(judge('h', 'x', {}, { ...end, left })).toMatchObject({
      kind: 'done',
      note: 'left behind: sleep (pid 7); nobody reads what it writes',
      result: { left_behind: left },
    });
    const none = judge('h', 'x', {}, end);
    expect(none).not.toHaveProperty('note');
    expect(none.kind === 'done' && none.result).not.toHaveProperty('left_behind');
  });
});
