import type { Task } from '../config/playbook-model.ts';
import type { Notice, TaskResult } from '../core/results.ts';

type Unfinished = Omit<TaskResult, 'durationMs'>;

/** Which handlers the tasks of a play asked for on one host, and why. */
export class NotifiedHandlers {
  readonly #notices = new Map<string, Notice[]>();

  /** A task that ended well notifies if it changed something, would change something, or if what it set is not in effect yet. */
  hear(task: Task, result: TaskResult, mode: 'run' | 'check'): void {
    const notice = noticeOf(result, mode);
    if (notice === undefined) return;
    for (const name of task.notify ?? []) {
      const notices = this.#notices.get(name) ?? [];
      notices.push(notice);
      this.#notices.set(name, notices);
    }
  }

  /** Who asked for this handler; empty: nobody. */
  by(handler: Task): readonly Notice[] {
    return this.#notices.get(handler.name) ?? [];
  }
}

function noticeOf(result: TaskResult, mode: 'run' | 'check'): Notice | undefined {
  const { task, status, changes, unsettled } = result;
  if (status !== 'ok' && status !== 'changed' && status !== 'would-change') return undefined;
  if (status === 'changed' || changes.some((change) => change.outcome === 'changed')) return { task, kind: 'changed' };
  if (mode === 'check' && status === 'would-change') return { task, kind: 'would-change' };
  return unsettled === undefined ? undefined : { task, kind: 'unsettled', why: unsettled };
}

/**
 * A handler's result with those who notified it. In check mode a handler that sees nothing to do, because what it waits
 * for has not been changed, would still run after the change.
 */
export function asHandler(result: Unfinished, by: readonly Notice[], mode: 'run' | 'check'): Unfinished {
  const told = { ...result, notifiedBy: by };
  const would = by.filter(({ kind }) => kind === 'would-change').map(({ task }) => task);
  if (mode !== 'check' || result.status !== 'ok' || would.length === 0) return told;
  const status = 'would-change';
  return { ...told, status, note: `would run after: ${would.join(', ')}`, result: { ...result.result, status } };
}
