import type { Verdict } from '../module.ts';
import type { MountKey, SweepChange, SweepState } from './state.ts';

/** What the second look says of one step: the mount is gone in every namespace, the container from the daemon's list, and all that lived lives. */
export function verifySweep(after: SweepState, change: SweepChange, before: SweepState): Verdict {
  const { step } = change;
  const harm = harmSeen(after, before, step.kind === 'restart');
  if (harm !== undefined) return { kind: 'not-yet', why: harm };
  switch (step.kind) {
    case 'remove-container':
      return removed(after, step.id);
    case 'unmount':
      return gone(after, [{ namespace: step.mount.namespace, id: step.mount.id, device: step.mount.device }]);
    case 'remove-directory':
    case 'restart':
      return gone(after, step.covers);
  }
}

/** Mount ids are reused: only the same id on the same file system is the same mount. */
function gone(after: SweepState, mounts: readonly MountKey[]): Verdict {
  const left = after.leaks.leaks.filter((leak) =>
    mounts.some(
      (each) => each.namespace === leak.namespace && each.id === leak.mount.id && each.device === leak.mount.device,
    ),
  );
  if (left.length > 0) return { kind: 'not-yet', why: `${left.length} of ${mounts.length} mounts are still there` };
  const [gap] = after.view?.unreadable ?? [];
  if (gap !== undefined) return { kind: 'unknown', why: `process ${gap.pid} could not be looked at: ${gap.why}` };
  return { kind: 'as-wanted' };
}

function removed(after: SweepState, id: string): Verdict {
  if (after.docker === undefined) return { kind: 'unknown', why: 'Docker is gone' };
  const { source, silent } = after.docker.state;
  if (source === 'disk') return { kind: 'unknown', why: `the daemon does not answer any more: ${silent}` };
  const left = after.docker.state.containers.some((container) => container.id === id);
  return left ? { kind: 'not-yet', why: 'Docker still lists it' } : { kind: 'as-wanted' };
}

/** What ran before and is not as it was. After a restart the holders themselves have other processes. */
function harmSeen(after: SweepState, before: SweepState, restart: boolean): string | undefined {
  if (after.view === undefined) return undefined;
  const holders = new Set(restart ? before.leaks.leaks.map((leak) => leak.holder.containerId) : []);
  for (const each of before.bystanders) {
    if (holders.has(each.containerId)) continue;
    const now = after.bystanders.find((other) => other.containerId === each.containerId);
    if (now === undefined || now.pid !== each.pid || now.startTime !== each.startTime)
      return `container ${each.name} (pid ${each.pid}) no longer runs as it did`;
    if (now.rootDevice !== each.rootDevice) return `container ${each.name} lost its root file system`;
  }
  return undefined;
}
