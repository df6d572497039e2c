import { ERROR_CODES, type ErrorClass, type ErrorCode } from './error-codes.ts';
import type { HostResult, StopReport, TaskStatus } from './results.ts';

/** What exit 3 means to a run, and to scan and why, which plan nothing. */
export const PENDING = {
  run: 'changes are pending: check mode, or a policy put them off',
  look: 'findings: something is there that a run would act upon',
} as const;

/** Every exit code of the command with its meaning; the numbers are permanent. */
export const EXIT_CODES = {
  0: 'everything is as wanted, and was verified',
  1: 'a bug of ours',
  2: 'usage, playbook or inventory is not valid, no host touched (why: or no such name there)',
  3: 'changes are pending (run: check mode, or put off by a policy), or findings (scan, why, diagnose)',
  4: 'some host was unreachable, none failed',
  5: 'some host failed',
  6: 'stopped by a guard: a stop rule or a refused confirmation',
  7: 'another process works on the same run, or runs the same schedule (--cron)',
  8: 'no host matched; no host was touched',
  9: 'some host could not be judged: its state, or part of it, is unknown',
  124: 'the deadline of the run passed',
  130: 'interrupted',
  143: 'terminated',
} as const;

/** One of the exit codes. */
export type ExitCode = keyof typeof EXIT_CODES;

/** Which code wins if several apply, the strongest first. */
export const EXIT_PRECEDENCE: readonly ExitCode[] = [1, 2, 7, 8, 6, 130, 143, 124, 5, 4, 9, 3, 0];

/** What of a run decides its exit code. */
export interface ExitFacts {
  readonly hosts: readonly HostResult[];
  readonly mode: 'run' | 'check';
  readonly interrupted: boolean;
  /** Why the run ended early, if it did: E_INTERRUPTED, E_DEADLINE, E_GUARD. */
  readonly reason?: ErrorCode;
  /** True if it was SIGTERM that interrupted. */
  readonly terminated?: boolean;
  readonly stopped?: StopReport;
}

const OF_CLASS: Readonly<Record<ErrorClass, ExitCode>> = {
  usage: 2,
  unreachable: 4,
  failed: 5,
  unknown: 9,
  guard: 6,
  'no-match': 8,
  lock: 7,
  interrupted: 130,
  bug: 1,
};

/** `not-reached` without a reason for stopping: nothing was verified there. */
const OF_STATUS: Readonly<Record<TaskStatus, ExitCode>> = {
  ok: 0,
  changed: 0,
  skipped: 0,
  'would-change': 3,
  failed: 5,
  unknown: 9,
  unreachable: 4,
  'not-reached': 9,
};

/** The exit code of a command that ended with this error. */
export function exitCodeOfError(code: ErrorCode): ExitCode {
  return code === 'E_DEADLINE' ? 124 : OF_CLASS[ERROR_CODES[code].class];
}

/** The strongest of several exit codes; 0 for none. */
export function strongest(codes: Iterable<ExitCode>): ExitCode {
  const all = new Set(codes);
  return EXIT_PRECEDENCE.find((code) => all.has(code)) ?? 0;
}

/** Every exit code that applies to a run, the strongest first; the first is the one that the command ends with. */
export function exitCodesOf(facts: ExitFacts): readonly ExitCode[] {
  const codes = new Set<ExitCode>(facts.hosts.flatMap(codesOfHost));
  if (facts.hosts.length === 0) codes.add(8);
  const reason = facts.reason ?? (facts.interrupted ? 'E_INTERRUPTED' : undefined);
  if (reason !== undefined) codes.add(exitCodeOfError(reason));
  if (facts.stopped !== undefined) codes.add(6);
  if (facts.terminated === true && codes.delete(130)) codes.add(143);
  if (codes.size === 0) codes.add(0);
  // All is well only if all was seen.
  const gaps = facts.hosts.some((host) => host.tasks.some((task) => task.gaps.length > 0));
  if (gaps && codes.size === 1 && codes.has(0)) codes.add(9);
  return EXIT_PRECEDENCE.filter((code) => codes.has(code));
}

/** The exit code of a run. */
export function exitCodeOf(facts: ExitFacts): ExitCode {
  return exitCodesOf(facts)[0] ?? 0;
}

/** A host counts by its status; a bug, a guard or a lock that stopped one of its tasks counts besides. */
function codesOfHost(host: HostResult): ExitCode[] {
  const codes: ExitCode[] = [OF_STATUS[host.status]];
  const counting = host.tasks.filter((task) => task.rescued !== true);
  for (const error of [host.error, ...counting.map((task) => task.error)]) {
    const code = error === undefined ? 0 : exitCodeOfError(error.code);
    if (code === 1 || code === 6 || code === 7) codes.push(code);
  }
  for (const task of counting) codes.push(OF_STATUS[task.status]);
  return codes;
}
