import type { MountKey } from '../../mounts/detach-points.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import type { Verdict } from '../module.ts';
import type { SweepChange, SweepState } from './state.ts';

/** What the second look says of one step: the mount is gone in every namespace, the container from the daemon's list, and all that lived lives. */
export function verifySweep(after: SweepState, change: SweepChange, before: SweepState): Verdict {
  const { step } = change;
  const harm = harmSeen(after, before, step.kind === 'restart' ? step.holder.name : undefined);
  if (harm !== undefined) return harm;
  switch (step.kind) {
    case 'remove-container':
      return removed(after, step.id);
    case 'unmount':
      return gone(after, before, [step.mount]) ?? { kind: 'as-wanted', unseen: true };
    case 'remove-directory':
      return gone(after, before, step.covers) ?? { kind: 'as-wanted', unseen: true };
    case 'restart':
      return gone(after, before, step.covers) ?? { kind: 'unknown', why: NOT_LOOKED_FOR };
  }
}

const NOT_LOOKED_FOR =
  'the container is not dead any more, or Docker does not list it, so its mounts were not looked for';

/** Mount ids are reused: only the same id on the same file system is the same mount. */
function among(leaks: readonly LeakedMount[], mounts: readonly MountKey[]): readonly LeakedMount[] {
  return leaks.filter(({ namespace, mount }) =>
    mounts.some((each) => each.namespace === namespace && each.id === mount.id && each.device === mount.device),
  );
}

/** Whether the mounts are gone; undefined if they were not looked for, as their container is none of the targets any more. */
function gone(after: SweepState, before: SweepState, mounts: readonly MountKey[]): Verdict | undefined {
  const left = among(after.leaks.leaks, mounts);
  if (left.length > 0) return { kind: 'not-yet', why: `${left.length} of ${mounts.length} mounts are still there` };
  const [gap] = after.view?.unreadable ?? [];
  if (gap !== undefined) return { kind: 'unknown', why: `process ${gap.pid} could not be looked at: ${gap.why}` };
  const asked = new Set(after.view === undefined ? [] : after.targets.map((target) => target.id));
  const known = among(before.leaks.leaks, mounts).every((leak) => asked.has(leak.target.id));
  return known ? { kind: 'as-wanted' } : undefined;
}

function removed(after: SweepState, id: string): Verdict {
  if (after.docker === undefined) return { kind: 'unknown', why: 'Docker is gone' };
  const { source, silent } = after.docker.state;
  if (source === 'disk') return { kind: 'unknown', why: `the daemon does not answer any more: ${silent}` };
  const left = after.docker.state.containers.some((container) => container.id === id);
  return left ? { kind: 'not-yet', why: 'Docker still lists it' } : { kind: 'as-wanted' };
}

/** What ran before and is not as it was. What was restarted has other processes. */
function harmSeen(after: SweepState, before: SweepState, restarted: string | undefined): Verdict | undefined {
  if (after.view === undefined) return undefined;
  const [gap] = after.docker?.gaps ?? [];
  for (const each of before.bystanders) {
    if (each.containerId === restarted) continue;
    const now = after.bystanders.find((other) => other.containerId === each.containerId);
    if (now === undefined && gap !== undefined)
      return {
        kind: 'unknown',
        why: `whether container ${each.name} still runs could not be seen: ${gap.what}: ${gap.why}`,
      };
    if (now === undefined || now.pid !== each.pid || now.startTime !== each.startTime)
      return { kind: 'not-yet', why: `container ${each.name} (pid ${each.pid}) no longer runs as it did` };
    if (now.rootDevice !== each.rootDevice)
      return { kind: 'not-yet', why: `container ${each.name} lost its root file system` };
  }
  return undefined;
}
