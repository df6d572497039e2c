import type { MountKey } from '../../mounts/detach-points.ts';
import { harmDone } from '../../programs/bystanders.ts';
import type { Verdict } from '../module.ts';
import type { LeakChange, LeakedMountsState } from './state.ts';

/**
 * What the second look says: the mount is in no table of the host any more, and all that lived lives with its root. The whole
 * tables are searched, not only what the analysis calls a leak.
 */
export function verifyLeak(after: LeakedMountsState, { step }: LeakChange, before: LeakedMountsState): Verdict {
  const harm = harmDone(before.bystanders, after.bystanders);
  if (harm !== undefined) return { kind: 'not-yet', why: harm };
  const keys = step.kind === 'unmount' ? [step.mount] : step.covers;
  const left = keys.filter((key) => isThere(after, key)).length;
  if (left > 0) return { kind: 'not-yet', why: `${left} of ${keys.length} mounts are still there` };
  const [gap] = after.view.unreadable;
  return gap === undefined
    ? { kind: 'as-wanted' }
    : { kind: 'unknown', why: `process ${gap.pid} could not be looked at: ${gap.why}` };
}

/** Mount ids are reused: only the same id on the same file system is the same mount. */
function isThere({ view }: LeakedMountsState, { namespace, id, device }: MountKey): boolean {
  const table = view.namespaces.find(({ inode }) => inode === namespace)?.mounts ?? [];
  return table.some((mount) => mount.id === id && mount.device === device);
}
