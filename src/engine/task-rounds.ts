import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Change, ChangeReport, Gap, Refusal, Risk } from '../core/results.ts';
import { DANGEROUS } from '../core/rollout.ts';
import type { Module, Observed } from '../modules/module.ts';
import { notConfirmed } from './consent.ts';
import { isDone, type Ledger, leftError, lookAgainError, newLedger, note, whyNot } from './ledger.ts';

/** A ladder has few rungs; a plan that still finds something new after so many rounds does not converge. */
const MAX_ROUNDS = 12;

/** How the rounds of one task ended, before it is put into a report. */
export interface RoundsEnd<State> {
  /** The last state that was seen; undefined if it is not known. */
  readonly state: State | undefined;
  readonly gaps: readonly Gap[];
  readonly changes: readonly ChangeReport[];
  readonly refusals: readonly Refusal[];
  readonly error: UnbusyError | undefined;
  readonly said: { readonly [key: string]: Json };
}

/** Who is told before a change, and who allows it; without `permits` nothing may be restarted. */
export interface ChangeGate {
  onChange(change: Change): void;
  permits?(risk: Risk): boolean;
}

/** One task on one host: what to ask, and whom. */
export interface RoundsInput<P, S, C extends Change> extends ChangeGate {
  readonly module: Module<P, S, C>;
  readonly session: Session;
  readonly params: P;
  readonly first: Promise<Observed<S>>;
  readonly mode: 'run' | 'check';
}

/**
 * observe → plan → apply → observe → verify, until the plan is empty or holds only what was tried.
 * In check mode it stops after the first plan. A change that turned out stale is planned anew, once.
 */
export async function runRounds<P, S, C extends Change>(input: RoundsInput<P, S, C>): Promise<RoundsEnd<S>> {
  const { module, session, params } = input;
  const ledger = newLedger();
  let seen = await input.first;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (seen.kind === 'unknown') return finish<S>(ledger, undefined, [], [], lookAgainError(ledger, seen.error));
    const { state, gaps } = seen;
    const wanted = module.plan(state, params, ledger.tried);
    for (const [id, { outcome }] of ledger.reports) if (outcome === 'pending') ledger.reports.delete(id);
    for (const change of wanted) if (change.pending !== undefined) note(ledger, change, 'pending', change.pending);
    const plan = wanted.filter((change) => change.pending === undefined);
    const refusals = module.refusals?.(state, params, ledger.tried) ?? [];
    const fresh = plan.filter((change) => !ledger.tried.has(change.id));
    if (input.mode === 'check') {
      for (const change of fresh) note(ledger, change, 'planned');
      return finish(ledger, state, gaps, refusals, undefined);
    }
    const ready = fresh.filter((change) => needsMet(change, ledger, fresh));
    if (ready.length === 0) {
      for (const change of fresh) note(ledger, change, 'not-tried', 'a step before it did not work');
      return finish(ledger, state, gaps, refusals, plan.length === 0 ? undefined : leftError(plan, ledger));
    }
    const stopped = await applyRound(input, ready, ledger);
    seen = await module.observe(session, params);
    if (seen.kind === 'known') settle(module, ready, ledger, seen.state, state);
    if (stopped !== undefined) {
      return seen.kind === 'known'
        ? finish(ledger, seen.state, seen.gaps, refusals, stopped)
        : finish<S>(ledger, undefined, [], refusals, stopped);
    }
  }
  return finish<S>(ledger, undefined, [], [], new UnbusyError('E_BUG', `${module.name} plans new changes without end`));
}

/** A change may run if each change that it needs is done, or stands in the same round. */
function needsMet(change: Change, ledger: Ledger, round: readonly Change[]): boolean {
  const comes = (id: string) => !ledger.tried.has(id) && round.some((other) => other.id === id);
  return (change.needs ?? []).every((id) => isDone(ledger, id) || comes(id));
}

/** Applies the changes of a round in their order; returns the error that ends the task, if one does. */
async function applyRound<P, S, C extends Change>(
  input: RoundsInput<P, S, C>,
  round: readonly C[],
  ledger: Ledger,
): Promise<UnbusyError | undefined> {
  for (const [index, change] of round.entries()) {
    if (!(change.needs ?? []).every((id) => isDone(ledger, id))) continue;
    if (DANGEROUS.includes(change.risk) && input.permits?.(change.risk) !== true) {
      const error = notConfirmed(change.title, input.session.host);
      note(ledger, change, 'denied', 'nobody confirmed it');
      for (const later of round.slice(index + 1)) note(ledger, later, 'not-tried', `stopped after: ${change.title}`);
      return error;
    }
    input.onChange(change);
    const applied = await input.module.apply(input.session, change, input.params);
    if (applied.kind === 'stale' && !ledger.staleOnce.has(change.id)) {
      ledger.staleOnce.add(change.id);
      return undefined;
    }
    ledger.tried.set(change.id, applied);
    if (applied.kind === 'done') {
      ledger.said = { ...ledger.said, ...applied.result };
      note(ledger, change, 'unknown', 'applied; not looked at again yet');
    } else if (applied.kind === 'unknown' || applied.kind === 'failed') {
      note(ledger, change, applied.kind, applied.error.message);
      for (const later of round.slice(index + 1)) note(ledger, later, 'not-tried', `stopped after: ${change.title}`);
      return applied.error;
    } else {
      note(ledger, change, applied.kind, whyNot(applied));
    }
  }
  return undefined;
}

/** Looks at the new state for each change that was done in this round, and writes down what is seen. */
function settle<P, S, C extends Change>(
  module: Module<P, S, C>,
  round: readonly C[],
  ledger: Ledger,
  after: S,
  before: S,
): void {
  for (const change of round) {
    const applied = ledger.tried.get(change.id);
    if (applied?.kind !== 'done') continue;
    const verdict = module.verify(after, change, before);
    if (verdict.kind === 'as-wanted') {
      const outcome = applied.result?.changed === false ? 'no-change' : 'changed';
      note(ledger, change, outcome, applied.note, {
        ...(verdict.unseen === true ? { unseen: true } : {}),
        ...(applied.leaves === undefined ? {} : { leaves: applied.leaves }),
      });
    } else {
      ledger.tried.set(change.id, verdict);
      note(ledger, change, verdict.kind === 'unknown' ? 'unknown' : 'failed', verdict.why);
    }
  }
}

function finish<S>(
  ledger: Ledger,
  state: S | undefined,
  gaps: readonly Gap[],
  refusals: readonly Refusal[],
  error: UnbusyError | undefined,
): RoundsEnd<S> {
  return { state, gaps, changes: [...ledger.reports.values()], refusals, error, said: ledger.said };
}
