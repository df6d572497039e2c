import type { Verdict } from '../module.ts';
import { reasonsOf } from './reasons.ts';
import { daemonOf, type RestartChange, type RestartState, UNIT } from './state.ts';

/** What the second look says: another dockerd, which answers, runs by what is configured; nothing waits to be confirmed. */
export function verifyRestart(after: RestartState, change: RestartChange): Verdict {
  const { step } = change;
  switch (step.kind) {
    case 'acknowledge': {
      const left = after.undo.notes.filter(({ token }) => step.tokens.includes(token));
      return left.length === 0 ? { kind: 'as-wanted' } : { kind: 'not-yet', why: 'the note is still there' };
    }
    case 'confirm':
      return confirmed(after, step.keys) ?? { kind: 'as-wanted' };
    case 'restore': {
      const left = after.undo.entries.filter(({ key }) => step.keys.includes(key));
      return left.length === 0
        ? { kind: 'as-wanted' }
        : { kind: 'not-yet', why: `${left.length} paths are not put back` };
    }
    case 'revert': {
      const left = after.undo.watched.some(({ token }) => token === step.token);
      return left ? { kind: 'not-yet', why: 'it is not put back yet' } : { kind: 'as-wanted' };
    }
    case 'restart':
      return restarted(after, step) ?? confirmed(after, step.keys) ?? { kind: 'as-wanted' };
  }
}

function restarted(after: RestartState, before: { readonly pid: number; readonly start: string }): Verdict | undefined {
  const daemon = daemonOf(after);
  if (daemon === undefined) return { kind: 'not-yet', why: `${UNIT} does not run` };
  if (daemon.pid === before.pid && daemon.start === before.start)
    return { kind: 'not-yet', why: 'the old dockerd still runs' };
  if (after.view.api.kind !== 'answered')
    return { kind: 'unknown', why: `the daemon does not answer: ${after.view.api.why}` };
  const [reason] = reasonsOf(after, { force: false });
  return reason === undefined ? undefined : { kind: 'not-yet', why: `after the restart: ${reason}` };
}

function confirmed({ undo }: RestartState, keys: readonly string[]): Verdict | undefined {
  if (undo.watched.length > 0) return { kind: 'not-yet', why: 'the host still waits for a confirmation' };
  const left = undo.entries.filter(({ key }) => keys.includes(key));
  return left.length === 0 ? undefined : { kind: 'not-yet', why: `${left.length} kept files are still there` };
}
