import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { EXIT } from './exit-numbers.ts';
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

/**
 * Disarms the watchdog and drops what was kept. `failed` if the host has begun to put it back, which no second try would change;
 * `busy` if somebody else has settled it meanwhile.
 */
export async function confirmUndo(session: Session, { unit, token, keys }: Confirmation): Promise<HostStep> {
  const what = `the confirmation of the restart of ${unit}`;
  const step = await settle(session, ['confirm', unit, token ?? '-', ...keys], what);
  return step.kind === 'stale' ? { kind: 'failed', error: lateError(session.host, unit) } : step;
}

function lateError(host: string, unit: string): UnbusyError {
  return new UnbusyError(
    'E_VERIFY',
    `${unit} was restarted, and the confirmation came too late: the host has put back what was there before, or does so now`,
    {
      host,
      hint: 'Run again in some minutes: it says what was put back. Give confirm_within more time on slow hosts.',
    },
  );
}

/** Marks notes of the watchdog as told; they are kept until the next ones are. */
export function acknowledgeReverts(session: Session, unit: string, tokens: readonly string[]): Promise<HostStep> {
  return settle(session, ['acknowledge', unit, ...tokens], `the note that ${unit} was put back`);
}

function settle(session: Session, args: readonly string[], what: string): Promise<HostStep> {
  return runHostStep(session, { program: PROGRAM, args }, what, ({ code, say }) =>
    code === EXIT.busy ? { kind: 'busy', by: say('found') } : { kind: 'done' },
  );
}
