import { harmDone } from '../../programs/bystanders.ts';
import type { Verdict } from '../module.ts';
import type { MonitorChange, MonitorState } from './state.ts';

/** What the second look says of an unmount: the mount is gone from the monitor's table, and all that ran runs as before. */
export function verifyRelease(after: MonitorState, { mount }: MonitorChange, before: MonitorState): Verdict {
  if (after.view === undefined) return { kind: 'unknown', why: 'no monitor runs any more' };
  const harm = harmDone(before.bystanders, after.bystanders);
  if (harm !== undefined) return { kind: 'not-yet', why: harm };
  const namespace = after.view.namespaces.find(({ inode }) => inode === mount.namespace);
  // A monitor that was restarted meanwhile took its table along.
  if (namespace === undefined) return gapOr(after, { kind: 'as-wanted' });
  if (namespace.mounts === undefined) return { kind: 'unknown', why: 'the table of the monitor was not read' };
  const left = namespace.mounts.some(({ id, device }) => id === mount.id && device === mount.device);
  return left ? { kind: 'not-yet', why: 'the mount is still there' } : { kind: 'as-wanted' };
}

function gapOr({ view }: MonitorState, verdict: Verdict): Verdict {
  const [gap] = view?.unreadable ?? [];
  return gap === undefined
    ? verdict
    : { kind: 'unknown', why: `process ${gap.pid} could not be looked at: ${gap.why}` };
}
