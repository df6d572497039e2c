import { UnbusyError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Change, ChangeOutcome, ChangeReport } from '../core/results.ts';
import type { Applied, Verdict } from '../modules/module.ts';

/** What one task did so far: the answer to each change, and how the report tells it. */
export interface Ledger {
  readonly tried: Map<string, Applied | Verdict>;
  readonly reports: Map<string, ChangeReport>;
  /** Changes that were stale once; a second time is final. */
  readonly staleOnce: Set<string>;
  /** What the changes themselves said, for `register`. */
  said: { [key: string]: Json };
}

/** An empty ledger. */
export function newLedger(): Ledger {
  return { tried: new Map(), reports: new Map(), staleOnce: new Set(), said: {} };
}

/** Writes down what became of a change; a later word replaces the earlier one. */
export function note(
  ledger: Ledger,
  change: Change,
  outcome: ChangeOutcome,
  text?: string,
  more: Pick<ChangeReport, 'unseen' | 'leaves'> = {},
): void {
  const { id, title, why, risk, certainty, witness, blast, diff } = change;
  ledger.reports.set(id, {
    id,
    title,
    why,
    risk,
    certainty,
    witness,
    outcome,
    ...more,
    ...(blast === undefined ? {} : { blast }),
    ...(diff === undefined ? {} : { diff }),
    ...(text === undefined ? {} : { note: text }),
  });
}

/** True if a change was applied, or seen to be as wanted. */
export function isDone(ledger: Ledger, id: string): boolean {
  const what = ledger.tried.get(id);
  return what !== undefined && (what.kind === 'done' || what.kind === 'as-wanted');
}

/** The reason that a host gave for not doing a step. */
export function whyNot(applied: Exclude<Applied, { kind: 'done' | 'failed' | 'unknown' }>): string {
  if (applied.kind === 'stale') return `the host had moved: ${applied.found}; nothing was done`;
  return applied.kind === 'busy' ? applied.by : applied.why;
}

const LEFT_CODES = {
  stale: 'E_STALE',
  busy: 'E_BUSY',
  denied: 'E_DENIED',
  'not-yet': 'E_VERIFY',
  unknown: 'E_UNKNOWN',
} as const;

/** The error for a plan of which nothing more can be tried: the first change that did not work says why. */
export function leftError(plan: readonly Change[], ledger: Ledger): UnbusyError {
  for (const change of plan) {
    const what = ledger.tried.get(change.id);
    if (what === undefined || !(what.kind in LEFT_CODES)) continue;
    const code = LEFT_CODES[what.kind as keyof typeof LEFT_CODES];
    return new UnbusyError(code, `${change.title}: ${ledger.reports.get(change.id)?.note ?? what.kind}`);
  }
  const title = plan[0]?.title ?? 'a change';
  return new UnbusyError('E_VERIFY', `${title}: was done, and is still wanted after looking again`);
}

/** An observe that fails after a change leaves the change in doubt: the error says so. */
export function lookAgainError(ledger: Ledger, error: UnbusyError): UnbusyError {
  if (![...ledger.tried.values()].some((what) => what.kind === 'done')) return error;
  return new UnbusyError('E_UNKNOWN', `changes were applied, but looking again failed: ${error.message}`, {
    hint: 'Run again: it looks first, and does nothing twice.',
    cause: error,
  });
}
