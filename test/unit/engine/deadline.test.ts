import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/connection/session.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { Budget, guardTask } from '../../../src/engine/deadline.ts';
import { failedResult } from '../../../src/engine/task-run.ts';
import { silentSession } from '../../support/shelf.ts';

const FRAME = { host: 'h1', task: 'sweep', taskIndex: 0, module: 'shelf' };
const lost = () => failedResult(FRAME, new UnbusyError('E_PROGRAM_LOST', 'cut'));

function endingIn(cancel: Session['cancel']): { readonly session: Session; readonly cancelled: Promise<void> } {
  let told = () => {};
  const cancelled = new Promise<void>((resolve) => {
    told = resolve;
  });
  const session: Session = {
    ...silentSession('h1'),
    cancel: (reason) => {
      told();
      return cancel(reason);
    },
  };
  return { session, cancelled };
}

async function cutShort(cancel: Session['cancel']): Promise<string> {
  const { session, cancelled } = endingIn(cancel);
  const result = await guardTask(session, 1, new AbortController().signal, () => cancelled.then(lost));
  expect(result).toMatchObject({ status: 'unknown', error: { code: 'E_DEADLINE' } });
  return result.error?.message ?? '';
}

describe('a task that is cut short', () => {
  it('says what is left of it on the host', async () => {
    expect(await cutShort(async () => ({ gone: false, left: 'umount (pid 7, state D)' }))).toContain(
      'still there: umount (pid 7, state D)',
    );
    expect(await cutShort(async () => ({ gone: true }))).not.toContain('still there');
  });

  it('does not take a failed look for a clean end', async () => {
    expect(await cutShort(() => Promise.reject(new Error('no second shell')))).toContain('no second shell');
  });

  it('is ended also if the run was aborted before it began', async () => {
    const run = new AbortController();
    run.abort(new UnbusyError('E_INTERRUPTED', 'the run was interrupted (SIGTERM)'));
    const { session, cancelled } = endingIn(async () => ({ gone: true }));
    const result = await guardTask(session, 60_000, run.signal, () => cancelled.then(lost));
    expect(result.error).toMatchObject({ code: 'E_INTERRUPTED' });
  });
});

describe('a budget of time', () => {
  function clockAt(): Clock & { nowMs: number } {
    return { nowMs: 0, now: () => clock.nowMs, sleep: () => Promise.resolve() };
  }
  let clock = clockAt();
  const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve));

  it('does not pass while it is paused', async () => {
    clock = clockAt();
    const budget = new Budget(clock, 60_000, 'host h1', '--host-timeout');
    budget.start();
    clock.nowMs = 10_000;
    budget.pause();
    clock.nowMs = 1_000_000;
    budget.start();
    expect(budget.signal.aborted).toBe(false);
    budget.pause();
  });

  it('passes when it was used up, and says whose it was', async () => {
    clock = clockAt();
    const budget = new Budget(clock, 60_000, 'host h1', '--host-timeout');
    budget.start();
    clock.nowMs = 60_001;
    budget.pause();
    const over = aborted(budget.signal);
    budget.start();
    await over;
    expect(budget.signal.reason).toMatchObject({ code: 'E_DEADLINE', hint: expect.stringContaining('--host-timeout') });
    expect(String(budget.signal.reason)).toContain('host h1');
  });
});
