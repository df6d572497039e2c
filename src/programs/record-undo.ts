import { randomBytes } from 'node:crypto';
import type { Session } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import { withDigest } from './digest.ts';
import { type PathStep, runPathStep } from './path-step.ts';
import text from './record-undo.sh';

const PROGRAM = boundedProgram('record-undo', withDigest(text));

/** A path that the next start of a unit depends on. */
export interface UndoSubject {
  /** A unit's full name, such as docker.service. */
  readonly unit: string;
  readonly path: string;
}

/**
 * Keeps what is at the path now, or that nothing is, in /var/lib/unbusy/undo/UNIT; to be called right before each write.
 * An entry for the path that is there already stays, and only its time is renewed, so that the unit is seen to be older.
 */
export function recordUndo(session: Session, { unit, path }: UndoSubject): Promise<PathStep> {
  const args = [unit, path, randomBytes(8).toString('hex')];
  return runPathStep(session, { program: PROGRAM, args }, path);
}
