import { join } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { claimLock, isHere, lockHolder, ownerWords } from './owner-lock.ts';

const LOCK = 'lock';

/** Takes the run for this process; the returned function lets go of it. Throws E_LOCK with the owner if another process works on it. */
export function lockRun(directory: string, nowMs: number): () => void {
  const claim = claimLock(join(directory, LOCK), nowMs);
  if (claim.kind === 'taken') return () => claim.release();
  const hint = isHere(claim.owner)
    ? 'Wait for it to end, or end it with ^C in its terminal.'
    : `Look there whether it still runs. If it does not, remove ${join(directory, LOCK)}.`;
  throw new UnbusyError('E_LOCK', `${ownerWords(claim.owner)} works on the run in ${directory}`, { hint });
}

/** True if a process that works on this run is alive, or may be. */
export function isHeld(directory: string): boolean {
  return lockHolder(join(directory, LOCK)) !== undefined;
}
