import type { Task } from '../config/playbook-model.ts';
import type { Emit } from '../core/events.ts';
import type { Notice, TaskResult, TaskStatus } from '../core/results.ts';
import { endsHost, worstStatus } from './status.ts';
import { emptyResult, type TaskFrame, titleOf } from './task-run.ts';

/** The results of one host, told as they come. */
export class HostResults {
  readonly #host: string;
  readonly #emit: Emit;
  readonly #all = new Map<number, TaskResult>();

  constructor(host: string, emit: Emit) {
    this.#host = host;
    this.#emit = emit;
  }

  /** In the order in which they came. */
  get all(): readonly TaskResult[] {
    return [...this.#all.values()];
  }

  /** True once a failure is there that was not rescued. */
  get ended(): boolean {
    return this.#counting().some((result) => endsHost(result.status));
  }

  /** The worst status; of a rescued task only what it had changed counts. */
  get worst(): TaskStatus {
    const rescued = this.all.filter((result) => result.rescued === true);
    const changed = rescued.some((result) => result.changes.some((change) => change.outcome === 'changed'));
    return worstStatus([...this.#counting().map((result) => result.status), ...(changed ? ['changed' as const] : [])]);
  }

  /** Names of the tasks whose failure was rescued. */
  get rescued(): readonly string[] {
    return this.all.filter((result) => result.rescued === true).map((result) => result.task);
  }

  frame(task: Task): TaskFrame {
    return { host: this.#host, task: task.name, taskIndex: task.index, module: task.module };
  }

  record(result: TaskResult): void {
    this.#all.set(result.taskIndex, result);
    this.#emit({ kind: 'task-end', result });
  }

  /** Tasks that were not begun, and why; what has a result keeps it. */
  leave(tasks: readonly Task[], status: 'not-reached' | 'skipped', why: string): void {
    for (const task of tasks)
      if (!this.#all.has(task.index)) this.record({ ...emptyResult(this.frame(task), status, why), durationMs: 0 });
  }

  /** A handler that was notified and not begun, and why. */
  leaveHandler(handler: Task, why: string, notifiedBy: readonly Notice[]): void {
    this.record({ ...emptyResult(this.frame(handler), 'not-reached', why), notifiedBy, durationMs: 0 });
  }

  /** A handler that was notified, and that the tags left out. */
  leaveOut(handler: Task, notifiedBy: readonly Notice[]): void {
    const result = emptyResult(this.frame(handler), 'skipped', 'left out by the tags');
    this.record({ ...result, notifiedBy, leftOut: true, durationMs: 0 });
  }

  /** The rescue of a block took over and went well: these failures do not count. */
  rescue(tasks: readonly Task[]): void {
    const failed = tasks.filter((task) => endsHost(this.#all.get(task.index)?.status ?? 'ok'));
    for (const { index } of failed) {
      const result = this.#all.get(index);
      if (result !== undefined) this.#all.set(index, { ...result, rescued: true });
    }
    const [first] = failed.flatMap((task) => this.#all.get(task.index)?.error ?? []);
    const error = first === undefined ? {} : { error: first };
    this.#emit({ kind: 'rescued', host: this.#host, tasks: failed.map(titleOf), ...error });
  }

  #counting(): readonly TaskResult[] {
    return this.all.filter((result) => result.rescued !== true);
  }
}
