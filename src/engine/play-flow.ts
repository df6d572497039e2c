import {
  type Block,
  isBlock,
  type Play,
  plainTasksOf,
  type Step,
  type Task,
  tasksOf,
} from '../config/playbook-model.ts';
import { ERROR_CODES, type ErrorClass } from '../core/error-codes.ts';
import type { Json } from '../core/json.ts';
import type { TaskResult } from '../core/results.ts';
import { asHandler, NotifiedHandlers } from './handlers.ts';
import type { HostResults } from './host-results.ts';
import type { HostTasks } from './host-tasks.ts';
import type { HostScope } from './scope.ts';
import { endsHost } from './status.ts';

/** A play on one host: what runs its tasks, and where their results go. */
export interface FlowBed {
  readonly mode: 'run' | 'check';
  readonly worker: HostTasks;
  readonly results: HostResults;
  readonly scope: HostScope;
}

/** Why a list of steps was not gone through; without a failure, the host cannot go on at all. */
interface Stop {
  readonly why: string;
  readonly failure?: TaskResult;
}

/** What a `rescue` must not get around: a guard, an interrupt, and a mistake of ours. */
const NOT_RESCUED: ReadonlySet<ErrorClass> = new Set(['guard', 'lock', 'interrupted', 'bug']);

/** One play on one host, step by step: tasks in their order, blocks with their rescue, and at the end the handlers. */
export class PlayFlow {
  readonly #play: Play;
  readonly #chosen: ReadonlySet<Task>;
  readonly #bed: FlowBed;
  readonly #notified = new NotifiedHandlers();
  /** Tasks that wait for something which has come to pass. */
  readonly #called = new Set<Task>();

  /** `tasks` are those of the play that the command line left. */
  constructor(play: Play, tasks: readonly Task[], bed: FlowBed) {
    this.#play = play;
    this.#chosen = new Set(tasks);
    this.#bed = bed;
  }

  /** Goes through the play; each task that was to run has a result then. */
  async run(): Promise<void> {
    const { steps = this.#play.tasks } = this.#play;
    const stop = await this.#list(steps);
    if (stop !== undefined) this.#leave(plainTasksOf(steps), stop.why);
    await this.#handlers();
  }

  async #list(steps: readonly Step[]): Promise<Stop | undefined> {
    for (const step of steps) {
      const stop = isBlock(step) ? await this.#block(step) : await this.#task(step);
      if (stop !== undefined) return stop;
    }
    return undefined;
  }

  async #task(task: Task): Promise<Stop | undefined> {
    if (!this.#chosen.has(task)) return undefined;
    const { worker, mode } = this.#bed;
    const gone = await worker.gone();
    if (gone !== undefined) return { why: gone };
    const result = await worker.run(task, (one) => this.#isCertain(one));
    if (result === undefined) return { why: 'no session with the rights that the task needs' };
    this.#notified.hear(task, result, mode);
    return endsHost(result.status) ? { why: `stopped after: ${task.name}`, failure: result } : undefined;
  }

  async #block(block: Block): Promise<Stop | undefined> {
    let stop = await this.#list(block.tasks);
    if (stop?.failure !== undefined && (await this.#canRescue(block, stop.failure)))
      stop = await this.#rescue(block, stop.failure, stop);
    const last = await this.#list(block.always);
    return stop ?? last;
  }

  async #canRescue(block: Block, { status, error }: TaskResult): Promise<boolean> {
    if (status !== 'failed' && status !== 'unknown') return false;
    if (error !== undefined && NOT_RESCUED.has(ERROR_CODES[error.code].class)) return false;
    if (!tasksOf(block.rescue).some((task) => this.#chosen.has(task))) return false;
    return (await this.#bed.worker.gone()) === undefined;
  }

  /** A rescue of which every task was skipped has rescued nothing: the failure stands. */
  async #rescue(block: Block, failure: TaskResult, failed: Stop): Promise<Stop | undefined> {
    const { scope, results } = this.#bed;
    const rescuers = plainTasksOf(block.rescue);
    for (const task of rescuers) this.#called.add(task);
    const giveBack = scope.lend(failureNames(failure));
    const stop = await this.#list(block.rescue);
    giveBack();
    if (stop !== undefined) {
      this.#leave(rescuers, stop.why);
      return stop;
    }
    const ran = results.all.some(
      ({ taskIndex, status }) => status !== 'skipped' && tasksOf(block.rescue).some((task) => task.index === taskIndex),
    );
    if (!ran) return failed;
    results.rescue(tasksOf(block.tasks));
    const left = plainTasksOf(block.tasks).filter((task) => this.#chosen.has(task));
    results.leave(left, 'skipped', `left out: ${failure.task} failed, and the rescue took over`);
    return undefined;
  }

  /** Handlers run after a failure too, for what was changed before it is to take effect; not after one of themselves. */
  async #handlers(): Promise<void> {
    const notified = (this.#play.handlers ?? []).filter((handler) => this.#notified.by(handler).length > 0);
    for (const handler of notified) if (this.#chosen.has(handler)) this.#called.add(handler);
    let why: string | undefined;
    for (const handler of notified) why = await this.#handler(handler, why);
  }

  /** Gives why the handlers after this one are not begun; undefined: they are. */
  async #handler(handler: Task, stopped: string | undefined): Promise<string | undefined> {
    const { worker, results, mode } = this.#bed;
    const by = this.#notified.by(handler);
    if (!this.#chosen.has(handler)) {
      results.leaveOut(handler, by);
      return stopped;
    }
    const why = stopped ?? (await worker.gone());
    const finish = (ended: Parameters<typeof asHandler>[0]) => asHandler(ended, by, mode);
    const result = why === undefined ? await worker.run(handler, (one) => this.#isCertain(one), finish) : undefined;
    if (result !== undefined) return endsHost(result.status) ? `stopped after: ${handler.name}` : undefined;
    const left = why ?? 'no session with the rights that the handler needs';
    results.leaveHandler(handler, left, by);
    return left;
  }

  /** True for a task that will come unless something fails before it. */
  #isCertain(task: Task): boolean {
    return this.#chosen.has(task) && (task.standby === undefined || this.#called.has(task));
  }

  #leave(tasks: readonly Task[], why: string): void {
    const wanted = tasks.filter((task) => this.#chosen.has(task));
    this.#bed.results.leave(wanted, 'not-reached', why);
  }
}

/** What tasks under `rescue` see of the failure. */
function failureNames({ task, module, result, error }: TaskResult): Readonly<Record<string, Json>> {
  const { code, message, hint } = error ?? {};
  const told = {
    ...(code === undefined ? {} : { code, message: message ?? '' }),
    ...(hint === undefined ? {} : { hint }),
  };
  return { failed_task: { name: task, module }, failed_result: { ...result, error: told } };
}
