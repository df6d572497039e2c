import type { Program, Session } from '../connection/session.ts';
import { withDigest } from './digest.ts';
import { type PathStep, runPathStep } from './path-step.ts';
import text from './remove-path.sh';

const REMOVE_PATH: Program = { name: 'remove-path', text: withDigest(text) };

/** One file, link or empty directory to remove. */
export interface Removal {
  readonly path: string;
  /** From `witnessOf`. */
  readonly witness: string;
  /** Content that is expected in a regular file; undefined if it does not matter. */
  readonly oldSha256: string | undefined;
  /** Appended to the path for a copy of the old file; empty: none. */
  readonly backupSuffix: string;
}

/** Removes what is at a path, never what lies below it. */
export function removePath(session: Session, removal: Removal): Promise<PathStep> {
  const args = [removal.path, removal.witness, removal.oldSha256 ?? '-', removal.backupSuffix];
  return runPathStep(session, { program: REMOVE_PATH, args }, removal.path);
}
