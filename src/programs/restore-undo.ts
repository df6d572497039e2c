import { randomBytes } from 'node:crypto';
import type { Session } from '../connection/session.ts';
import { EXIT } from './exit-numbers.ts';
import { type HostStep, runHostStep } from './host-step.ts';
import text from './restore-undo.sh';
import { undoProgram } from './undo-store.ts';

const PROGRAM = undoProgram('restore-undo', text);

/** Entries whose paths are again as they were rejected, and the process of the unit, which was started before they were kept. */
export interface Restoration {
  readonly unit: string;
  readonly pid: number;
  /** Field 22 of its stat. */
  readonly start: string;
  readonly keys: readonly string[];
}

/** Puts back what was kept, and lets systemd read its units; nothing is restarted. `stale` if a path is something else by now. */
export function restoreUndo(session: Session, { unit, pid, start, keys }: Restoration): Promise<HostStep> {
  const token = randomBytes(8).toString('hex');
  const call = { program: PROGRAM, args: [unit, token, String(pid), start, ...keys], deadlineMs: 90_000 };
  return runHostStep(session, call, `to put back what ${unit} depends on`, ({ code, say }) =>
    code === EXIT.done ? { kind: 'done' } : { kind: 'denied', why: say('said') },
  );
}
