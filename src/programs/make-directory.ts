import type { Program, Session } from '../connection/session.ts';
import text from './make-directory.sh';
import { type PathStep, runPathStep } from './path-step.ts';

const MAKE_DIRECTORY: Program = { name: 'make-directory', text };

/** A directory to make where nothing is; an empty owner or group is that of the running user. */
export interface NewDirectory {
  readonly path: string;
  /** Octal digits. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/** Makes one directory; its parent must exist. */
export function makeDirectory(session: Session, directory: NewDirectory): Promise<PathStep> {
  const { path, mode, owner, group } = directory;
  return runPathStep(session, { program: MAKE_DIRECTORY, args: [path, mode, owner, group] }, path);
}
