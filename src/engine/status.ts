import type { ErrorClass } from '../core/error-codes.ts';
import type { TaskStatus } from '../core/results.ts';

/** From harmless to worst: the order in which a host's status is taken from its tasks. */
const SEVERITY: readonly TaskStatus[] = [
  'skipped',
  'ok',
  'changed',
  'would-change',
  'not-reached',
  'unknown',
  'unreachable',
  'failed',
];

/** The worst of several statuses; `ok` for none, for a host with nothing to do is as wanted. */
export function worstStatus(statuses: readonly TaskStatus[]): TaskStatus {
  let worst: TaskStatus = statuses.length === 0 ? 'ok' : 'skipped';
  for (const status of statuses) if (SEVERITY.indexOf(status) > SEVERITY.indexOf(worst)) worst = status;
  return worst;
}

/** The status that an error of this class gives to a task or a host. */
export function statusOf(cls: ErrorClass): TaskStatus {
  if (cls === 'unreachable') return 'unreachable';
  if (cls === 'unknown') return 'unknown';
  return cls === 'interrupted' ? 'not-reached' : 'failed';
}

/** True if a host must not go on to its next task after this one. */
export function endsHost(status: TaskStatus): boolean {
  return status === 'failed' || status === 'unknown' || status === 'unreachable' || status === 'not-reached';
}
