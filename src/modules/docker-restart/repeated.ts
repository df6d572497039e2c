import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { Rejection, RevertReason } from '../../programs/undo-state.ts';
import type { Tried } from '../module.ts';
import { reasonWords } from './notes.ts';
import { isIdle } from './reasons.ts';
import { daemonOf, type RestartChange, type RestartState, UNIT } from './state.ts';

/** Reasons that lie in the change itself; one that nobody confirmed may have been a good one. */
const FAULTS: ReadonlySet<RevertReason> = new Set(['failed', 'silent', 'containers']);

const idOf = (token: string): string => `restore:${token}`;

/**
 * The rejected paths, if what waits for a restart is the very change that the host took back before: the same paths, and just what
 * was there then. Only where dockerd answers and has met nothing but what was kept: there, putting that back needs no restart.
 */
export function repeatedChange(state: RestartState): readonly Rejection[] | undefined {
  const { undo, view } = state;
  const daemon = daemonOf(state);
  if (daemon === undefined || view.api.kind !== 'answered' || undo.watched.length > 0) return undefined;
  const changed = undo.entries.filter((entry) => !isIdle(entry, daemon));
  const rejected = changed.flatMap(({ key }) => undo.rejected.filter((each) => each.key === key && each.again));
  const [first] = rejected;
  if (first === undefined || rejected.length !== changed.length || !FAULTS.has(first.reason)) return undefined;
  if (!changed.every(({ keptSince }) => keptSince > Number(daemon.start))) return undefined;
  const whole = undo.rejected.filter(({ token }) => token === first.token);
  return whole.length === rejected.length && rejected.every(({ token }) => token === first.token)
    ? rejected
    : undefined;
}

/** Puts back what was kept: with what is there, the next boot would have no dockerd. */
export function restoreChange(state: RestartState, rejected: readonly Rejection[]): RestartChange {
  const daemon = daemonOf(state);
  const [first] = rejected;
  const keys = rejected.map(({ key }) => key).sort();
  const pid = daemon?.pid ?? 0;
  const start = daemon?.start ?? '0';
  return {
    id: idOf(first?.token ?? ''),
    title: `put back ${pathsOf(rejected)}, without a restart`,
    why: `${againWords(rejected)}; as it is now, the next start of ${UNIT} would meet it again`,
    risk: 'file',
    certainty: 'certain',
    witness: { keys, pid, start },
    step: { kind: 'restore', keys, pid, start },
  };
}

/** What was put back in this task. */
export function restoredIn({ undo }: RestartState, tried: Tried): readonly Rejection[] {
  return undo.rejected.filter(({ token }) => tried.get(idOf(token))?.kind === 'done');
}

/** Why the restart is refused. */
export function repeatedRefusal(rejected: readonly Rejection[]): Refusal {
  return {
    what: `restart ${UNIT}`,
    why: againWords(rejected),
    hint: 'Mend the change; or set force: true to restart with it all the same.',
  };
}

function againWords(rejected: readonly Rejection[]): string {
  const [first] = rejected;
  if (first === undefined) return '';
  const when = Number.isNaN(first.epoch) ? '' : ` at ${new Date(first.epoch * 1000).toISOString().replace('.000', '')}`;
  return `the host took this very change of ${pathsOf(rejected)} back${when}: ${reasonWords(first.reason)}`;
}

function pathsOf(rejected: readonly Rejection[]): string {
  return rejected
    .map(({ path }) => printable(path))
    .sort()
    .join(', ');
}
