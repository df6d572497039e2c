import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/connection/session.ts';
import { ERROR_CODES } from '../../../src/core/error-codes.ts';
import { endingError, runProgram } from '../../../src/programs/run-program.ts';
import { silentSession } from '../../support/shelf.ts';

const session = (outcome: Outcome) => ({ ...silentSession('web1'), call: async () => outcome });
const call = { program: { name: 'look', text: '' }, args: [] };

describe('an answer of a program', () => {
  it('is taken only with an exit number that its driver knows', async () => {
    const outcome: Outcome = { kind: 'exited', code: 11, records: [], stdout: '', stderr: 'no\n\u001b[2Jway\n' };
    expect(await runProgram(session(outcome), call, [0, 11])).toMatchObject({ ok: true, code: 11 });
    const refused = await runProgram(session(outcome), call, [0]);
    expect(refused).toMatchObject({ ok: false, error: { code: 'E_PROGRAM_EXIT' } });
    expect(refused.ok ? '' : refused.error.message).toBe('look ended with exit number 11: \\x1b[2Jway');
  });

  it('is an error for every other ending', () => {
    const codes = (
      [
        { kind: 'killed', signal: 9, stderr: '' },
        { kind: 'timed-out', afterMs: 5000, stderr: '' },
        { kind: 'lost', reason: 'the link was lost' },
      ] as const
    ).map((outcome) => endingError('web1', 'look', outcome).code);
    expect(codes).toEqual(['E_PROGRAM_KILLED', 'E_PROGRAM_TIMEOUT', 'E_PROGRAM_LOST']);
  });

  it('names what no signal ends, and does not call it ended', () => {
    const left = 'touch (pid 9, state D)';
    const stuck = endingError('web1', 'look', { kind: 'timed-out', afterMs: 5000, stderr: '', left });
    expect(stuck.message).toBe(`look did not end within 5.0s, and could not be ended: ${left}`);
    expect(stuck.data).toEqual({ left });
    const ended = endingError('web1', 'look', { kind: 'timed-out', afterMs: 5000, stderr: '' });
    expect(ended.message).toBe('look did not end within 5.0s and was ended');
    const { meaning } = ERROR_CODES.E_PROGRAM_TIMEOUT;
    expect(meaning).toContain('state D');
    expect(meaning).not.toContain('was killed');
  });
});
