import type { Loop, Task } from '../config/playbook-model.ts';
import type { Session } from '../connection/session.ts';
import type { Clock } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { Risk, TaskResult } from '../core/results.ts';
import type { Module } from '../modules/module.ts';
import { guardTask, reasonOf } from './deadline.ts';
import { registeredValue } from './fleet-results.ts';
import type { HostResults } from './host-results.ts';
import { type Foreseen, Lookahead, slotOf } from './lookahead.ts';
import { foldItems, type ItemRun } from './loop-run.ts';
import { foreseeable, type Prepared, prepareItems, prepareTask } from './prepare-task.ts';
import type { HostScope } from './scope.ts';
import { endsHost } from './status.ts';
import { emptyResult, failedResult, runTask, titleOf } from './task-run.ts';

type Unfinished = Omit<TaskResult, 'durationMs'>;

/** What running a task takes of the run. */
export interface TaskContext {
  readonly mode: 'run' | 'check';
  readonly emit: Emit;
  readonly clock: Clock;
  readonly modules: ReadonlyMap<string, Module>;
  readonly taskMs: number;
  /** Whether a step of that risk may be taken now; without it none that restarts something. */
  permits?(risk: Risk): boolean;
}

/** A play on one host. */
export interface PlayOnHost {
  readonly host: string;
  /** The chosen tasks of the play, by number. */
  readonly tasks: readonly Task[];
  readonly scope: HostScope;
  readonly results: HostResults;
  readonly signal: AbortSignal;
  wantsRoot(task: Task): boolean;
  /** Undefined: there is none, and the host knows why. */
  session(root: boolean): Promise<Session | undefined>;
  /** Closes what is open, so that the next session is a new one. */
  renew(): Promise<void>;
}

/** Runs tasks of a play on one host, each when it is asked for, and looks ahead at those that are certain to come. */
export class HostTasks {
  readonly #context: TaskContext;
  readonly #play: PlayOnHost;
  readonly #lookaheads = new Map<Session, Lookahead>();

  constructor(context: TaskContext, play: PlayOnHost) {
    this.#context = context;
    this.#play = play;
  }

  /**
   * Why no further task can run on this host; undefined: one can. A session that was ended because a task took too long
   * is opened anew, if all that ran in it is known to be gone; what was lost is left alone.
   */
  async gone(): Promise<string | undefined> {
    if (this.#play.signal.aborted) return reasonOf(this.#play.signal).message;
    const over = [...this.#lookaheads.keys()].filter((session) => session.over === true);
    if (over.length === 0) return undefined;
    const ends = await Promise.all(over.map(isGone));
    if (ends.includes(false)) return 'the session with the host was lost';
    this.#lookaheads.clear();
    await this.#play.renew();
    return undefined;
  }

  /** Runs one task and records its result, as `finish` leaves it; undefined: there is no session for it. */
  async run(
    task: Task,
    isCertain: (task: Task) => boolean,
    finish: (result: Unfinished) => Unfinished = (result) => result,
  ): Promise<TaskResult | undefined> {
    const { clock, emit } = this.#context;
    const { host, scope, results } = this.#play;
    const session = await this.#play.session(this.#play.wantsRoot(task));
    if (session === undefined) return undefined;
    const ahead = this.#lookaheads.get(session) ?? new Lookahead(session);
    this.#lookaheads.set(session, ahead);
    ahead.fill(this.#foreseen(task, isCertain, ahead));
    const startedAt = clock.now();
    emit({ kind: 'task-start', host, task: titleOf(task) });
    const { loop } = task;
    const ended =
      loop === undefined
        ? await this.#one(task, prepareTask(task, scope), session, ahead, slotOf(task.index))
        : await this.#each(task, loop, session, ahead);
    const result = { ...finish(ended), durationMs: clock.now() - startedAt };
    if (task.register !== undefined) {
      scope.register(task.register, registeredValue(result));
    }
    results.record(result);
    return result;
  }

  *#foreseen(from: Task, isCertain: (task: Task) => boolean, ahead: Lookahead): Generator<Foreseen> {
    const { tasks, scope } = this.#play;
    const root = this.#play.wantsRoot(from);
    const next = tasks.filter((task) => task.index >= from.index);
    for (const task of foreseeable(next, scope, isCertain)) {
      const module = this.#context.modules.get(task.module);
      if (module === undefined || this.#play.wantsRoot(task) !== root) continue;
      for (const { slot, prepared } of this.#slots(task, ahead)) {
        if (prepared.kind !== 'run') continue;
        const { params } = prepared;
        const foresight = module.foresight?.(params) ?? 'free';
        if (foresight === 'own-code' && task.inBlock === true && task !== from) continue;
        yield { slot, module, params };
        if (foresight === 'acts' && this.#context.mode === 'run') return;
      }
    }
  }

  /** What of a task was not looked at yet: itself, or each entry of its loop. */
  #slots(task: Task, ahead: Lookahead): readonly { readonly slot: string; readonly prepared: Prepared }[] {
    const { scope } = this.#play;
    if (task.loop === undefined) {
      const slot = slotOf(task.index);
      return ahead.has(slot) ? [] : [{ slot, prepared: prepareTask(task, scope) }];
    }
    const list = prepareItems(task, task.loop, scope);
    if (list.kind !== 'items') return [];
    const all = list.items.map(({ prepared }, entry) => ({ slot: slotOf(task.index, entry), prepared }));
    return all.filter(({ slot }) => !ahead.has(slot));
  }

  /** Entry after entry; after one that failed, the others are left alone. */
  async #each(task: Task, loop: Loop, session: Session, ahead: Lookahead): Promise<Unfinished> {
    const list = prepareItems(task, loop, this.#play.scope);
    if (list.kind !== 'items') return this.#one(task, list, session, ahead, slotOf(task.index));
    const done: ItemRun[] = [];
    for (const [entry, { item, prepared }] of list.items.entries()) {
      if (done.length > 0 && this.#play.signal.aborted) break;
      const result = await this.#one(task, prepared, session, ahead, slotOf(task.index, entry));
      done.push({ item, result });
      if (endsHost(result.status)) break;
    }
    const left = list.items.slice(done.length).map(({ item }) => item);
    return foldItems(this.#play.results.frame(task), done, left);
  }

  async #one(task: Task, prepared: Prepared, session: Session, ahead: Lookahead, slot: string): Promise<Unfinished> {
    const result = await this.#judge(task, prepared, session, ahead, slot);
    // Both sessions are of one host: what one of them changed, the other has seen as it was before.
    for (const each of this.#lookaheads.values()) touched(result) ? each.forget() : each.confirm();
    return result;
  }

  async #judge(task: Task, prepared: Prepared, session: Session, ahead: Lookahead, slot: string): Promise<Unfinished> {
    const frame = this.#play.results.frame(task);
    if (prepared.kind === 'skip') return emptyResult(frame, 'skipped', prepared.why);
    if (prepared.kind === 'unknown') return failedResult(frame, new UnbusyError('E_UNKNOWN', prepared.why));
    if (prepared.kind === 'invalid') return failedResult(frame, new UnbusyError('E_PLAYBOOK', prepared.why), 'failed');
    const module = this.#context.modules.get(task.module);
    if (module === undefined)
      return failedResult(frame, new UnbusyError('E_BUG', `no module ${task.module}`), 'failed');
    if (module.needsRoot && session.facts.uid !== 0) return failedResult(frame, notRoot(task, session));
    const { params } = prepared;
    const first = ahead.take({ slot, module, params });
    const { mode, emit, taskMs } = this.#context;
    const { host, signal } = this.#play;
    return guardTask(session, task.deadlineMs ?? taskMs, signal, () =>
      runTask(frame, module, session, params, first, mode, {
        onChange: ({ title }) => emit({ kind: 'change-start', host, task: titleOf(task), title }),
        permits: (risk) => this.#context.permits?.(risk) === true,
      }),
    );
  }
}

/** True if all that ran in a session that is over is known to be gone. */
async function isGone(session: Session): Promise<boolean> {
  try {
    return (await session.cancel('the session is over')).gone;
  } catch {
    return false;
  }
}

/** True if the task did, or may have done, something to the host. */
function touched(result: Unfinished): boolean {
  return result.changes.some(
    ({ outcome }) => outcome !== 'planned' && outcome !== 'pending' && outcome !== 'not-tried',
  );
}

function notRoot(task: Task, session: Session): UnbusyError {
  return new UnbusyError(
    'E_PREFLIGHT_ROOT',
    `${task.module} needs root, and the session on ${session.host} has uid ${session.facts.uid}; nothing was done`,
    { host: session.host, hint: 'Use -b (become: true), or connect as root with -u root.' },
  );
}
