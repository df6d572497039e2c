import { formatDuration } from '../../core/clock.ts';
import { UnbusyError } from '../../core/errors.ts';
import { type Claim, isHere, type LockOwner, ownerWords } from '../../journal/owner-lock.ts';
import type { Io } from '../io.ts';
import { sleepUnlessSignalled } from './sleep.ts';

const LOOK_AGAIN_MS = 1000;

/** Takes the lock of a schedule and gives what lets go of it; waits quietly if it may. Throws E_LOCK with the owner. */
export async function lockSchedule(io: Io, path: string, claimIt: () => Claim, waitMs: number): Promise<() => void> {
  const until = io.clock.now() + waitMs;
  for (;;) {
    const claim = claimIt();
    if (claim.kind === 'taken') return () => claim.release();
    const left = until - io.clock.now();
    if (left <= 0) throw held(path, claim.owner, waitMs);
    await sleepUnlessSignalled(io, Math.min(LOOK_AGAIN_MS, left), 'while it waited for the lock');
  }
}

function held(path: string, owner: LockOwner | undefined, waitMs: number): UnbusyError {
  const waited = waitMs === 0 ? '' : `, also after ${formatDuration(waitMs)}`;
  const hint = isHere(owner)
    ? 'Wait for it, with --lock-wait too, or look why it takes so long; --timeout shorter than the period ends it in time.'
    : `Look on that machine whether it still runs. If it does not, remove ${path}.`;
  return new UnbusyError('E_LOCK', `${ownerWords(owner)} runs the same playbook on the same inventory${waited}`, {
    hint,
  });
}
