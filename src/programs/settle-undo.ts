import type { Session } from '../connection/session.ts';
import { type HostStep, runHostStep } from './host-step.ts';
import text from './settle-undo.sh';
import { undoProgram } from './undo-store.ts';

const PROGRAM = undoProgram('settle-undo', text);

/** A restart to confirm: the token of its watchdog, if it has one, and the entries that were kept for it. */
export interface Confirmation {
  readonly unit: string;
  readonly token: string | undefined;
  readonly keys: readonly string[];
}

/** Disarms the watchdog and drops what was kept; `stale` if the host has begun to put it back. */
export function confirmUndo(session: Session, { unit, token, keys }: Confirmation): Promise<HostStep> {
  return settle(session, ['confirm', unit, token ?? '-', ...keys], `the confirmation of the restart of ${unit}`);
}

/** Marks notes of the watchdog as told; they are kept until the next ones are. */
export function acknowledgeReverts(session: Session, unit: string, tokens: readonly string[]): Promise<HostStep> {
  return settle(session, ['acknowledge', unit, ...tokens], `the note that ${unit} was put back`);
}

function settle(session: Session, args: readonly string[], what: string): Promise<HostStep> {
  return runHostStep(session, { program: PROGRAM, args }, what, () => ({ kind: 'done' }));
}
