import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/core/error-codes.ts';
import {
  EXIT_CODES,
  EXIT_PRECEDENCE,
  exitCodeOf,
  exitCodeOfError,
  exitCodesOf,
  strongest,
} from '../../../src/core/exit-codes.ts';
import type { HostResult, TaskStatus } from '../../../src/core/results.ts';
import { taskResult } from '../../support/events.ts';

function host(status: TaskStatus, code?: ErrorCode): HostResult {
  return {
    host: status,
    status,
    tasks: [],
    durationMs: 1,
    ...(code === undefined ? {} : { error: { code, message: 'x' } }),
  };
}

const run = (...hosts: HostResult[]) => ({ hosts, mode: 'run', interrupted: false }) as const;

describe('exit codes', () => {
  it('is 9 instead of 0 where something could not be seen, and else tells what is known', () => {
    const gap = { what: 'process 7', why: 'EACCES' };
    const task = (status: TaskStatus) => ({ ...taskResult('a', status), gaps: [gap] });
    const unseen = (status: TaskStatus) => ({ ...host(status), tasks: [task(status)] });
    expect(
      [unseen('ok'), unseen('changed'), unseen('would-change'), unseen('failed')].map((each) => exitCodeOf(run(each))),
    ).toEqual([9, 9, 3, 5]);
    expect(exitCodeOf(run({ ...host('ok'), tasks: [taskResult('a', 'ok')] }))).toBe(0);
  });

  it('ranks every code exactly once', () => {
    expect([...EXIT_PRECEDENCE].sort((a, b) => a - b)).toEqual(Object.keys(EXIT_CODES).map(Number));
  });

  it.each([
    [[0, 3], 3],
    [[3, 9], 9],
    [[9, 4], 4],
    [[4, 5], 5],
    [[5, 124], 124],
    [[124, 143], 143],
    [[143, 130], 130],
    [[130, 6], 6],
    [[6, 8], 8],
    [[8, 7], 7],
    [[7, 2], 2],
    [[2, 1], 1],
  ] as const)('of %j takes %i', (codes, winner) => {
    expect(strongest(codes)).toBe(winner);
    expect(strongest([...codes].reverse())).toBe(winner);
  });

  it('judges a run by its hosts', () => {
    expect(exitCodeOf(run(host('ok'), host('changed'), host('skipped')))).toBe(0);
    expect(exitCodeOf(run(host('ok'), host('would-change')))).toBe(3);
    expect(exitCodeOf(run(host('unknown'), host('would-change')))).toBe(9);
    expect(exitCodeOf(run(host('unreachable'), host('unknown')))).toBe(4);
    expect(exitCodeOf(run(host('unreachable'), host('failed')))).toBe(5);
  });

  it('never calls a run good of which a host was not reached, or no host matched', () => {
    expect(exitCodeOf(run(host('ok'), host('not-reached')))).toBe(9);
    expect(exitCodeOf(run())).toBe(8);
  });

  it('lets the reason for stopping win over the hosts', () => {
    const hosts = [host('failed'), host('not-reached')];
    expect(exitCodeOf({ hosts, mode: 'run', interrupted: true })).toBe(130);
    expect(exitCodeOf({ hosts, mode: 'run', interrupted: true, terminated: true })).toBe(143);
    expect(exitCodeOf({ hosts, mode: 'run', interrupted: false, reason: 'E_DEADLINE' })).toBe(124);
    expect(exitCodeOf({ hosts, mode: 'run', interrupted: false, reason: 'E_GUARD' })).toBe(6);
  });

  it('does not hide a bug behind a failed host, and keeps the whole set', () => {
    expect(exitCodeOf(run(host('failed', 'E_BUG')))).toBe(1);
    expect(exitCodesOf(run(host('failed'), host('would-change'), host('unreachable')))).toEqual([5, 4, 3]);
  });

  it('gives errors before a run their code', () => {
    expect(exitCodeOfError('E_PLAYBOOK')).toBe(2);
    expect(exitCodeOfError('E_NO_MATCH')).toBe(8);
    expect(exitCodeOfError('E_LOCK')).toBe(7);
    expect(exitCodeOfError('E_DEADLINE')).toBe(124);
    expect(exitCodeOfError('E_BUG')).toBe(1);
  });
});
