import type { ErrorReport } from '../core/errors.ts';
import type { HostResult, TaskResult } from '../core/results.ts';
import { printable } from '../core/text.ts';

/** The error of a host: its own, or that of the first task that has one and was not rescued; with the task, if it was one. */
export function mainError(result: HostResult): { readonly error: ErrorReport; readonly task?: TaskResult } | undefined {
  if (result.error !== undefined) return { error: result.error };
  const failed = result.tasks.filter((task) => task.error !== undefined && task.rescued !== true);
  const task = failed.find(({ status }) => status === result.status) ?? failed[0];
  return task?.error === undefined ? undefined : { error: task.error, task };
}

/** Code and message on one line, safe to print. */
export function errorText(error: ErrorReport): string {
  return `${error.code}: ${printable(error.message.split('\n')[0] ?? '')}`;
}

/** Why a host is not as wanted although no error says so. */
export function noteText(result: HostResult): string {
  const note = result.tasks.find((task) => task.status === result.status && task.note !== undefined)?.note;
  if (note !== undefined) return printable(note);
  return result.status === 'not-reached' ? 'was not tried' : '';
}
