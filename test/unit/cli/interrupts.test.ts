import { describe, expect, it } from 'vitest';
import { escalate, stopOnInterrupt, watchInterrupts } from '../../../src/cli/interrupts.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { fakeIo } from '../../support/cli-io.ts';

describe('escalate', () => {
  it.each([
    [undefined, 'SIGINT', 'drain'],
    ['drain', 'SIGINT', 'cancel'],
    ['cancel', 'SIGINT', 'leave'],
    ['leave', 'SIGINT', 'leave'],
    [undefined, 'SIGTERM', 'cancel'],
    ['drain', 'SIGTERM', 'cancel'],
    ['cancel', 'SIGTERM', 'leave'],
    [undefined, 'SIGHUP', 'cancel'],
  ] as const)('after %s, %s means %s', (reached, signal, next) => {
    expect(escalate(reached, signal)).toBe(next);
  });
});

describe('interrupts', () => {
  it('climb with each ^C: drain, cancel, leave with 130', () => {
    const io = fakeIo();
    const said: string[] = [];
    const interrupts = watchInterrupts(io, (text) => said.push(text));
    io.signal('SIGINT');
    expect([interrupts.drain.aborted, interrupts.cancel.aborted, io.left]).toEqual([true, false, []]);
    io.signal('SIGINT');
    expect([interrupts.cancel.aborted, io.left]).toEqual([true, []]);
    io.signal('SIGINT');
    expect(io.left).toEqual([130]);
    expect(said).toHaveLength(3);
    expect(said[0]).toContain('no further host is started');
  });

  it('cancel at once on SIGTERM, with a reason that tells it from ^C', () => {
    const io = fakeIo();
    const interrupts = watchInterrupts(io, () => undefined);
    io.signal('SIGTERM');
    expect(interrupts.drain.aborted).toBe(true);
    const reason = interrupts.cancel.reason;
    expect(reason).toBeInstanceOf(UnbusyError);
    expect(reason).toMatchObject({ code: 'E_INTERRUPTED', data: { signal: 'SIGTERM' } });
    io.signal('SIGTERM');
    expect(io.left).toEqual([143]);
  });

  it('are not heard any more once the run is over', () => {
    const io = fakeIo();
    const interrupts = watchInterrupts(io, () => undefined);
    interrupts.dispose();
    io.signal('SIGINT');
    expect(interrupts.drain.aborted).toBe(false);
  });
});

describe('one look', () => {
  it('is ended by the first signal, and left at the second', () => {
    const io = fakeIo();
    const said: string[] = [];
    const { stop } = stopOnInterrupt(io, (text) => said.push(text));
    io.signal('SIGINT');
    expect(stop.reason).toMatchObject({ code: 'E_INTERRUPTED', data: { signal: 'SIGINT' } });
    expect([said.length, io.left]).toEqual([1, []]);
    io.signal('SIGINT');
    expect(io.left).toEqual([130]);
  });
});
