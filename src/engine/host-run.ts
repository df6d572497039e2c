import type { InventoryHost } from '../config/inventory-model.ts';
import type { Play, Task } from '../config/playbook-model.ts';
import type { Session } from '../connection/session.ts';
import type { Clock } from '../core/clock.ts';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { Emit, TaskTitle } from '../core/events.ts';
import type { JsonObject } from '../core/json.ts';
import type { HostResult, Risk, TaskResult } from '../core/results.ts';
import type { HostTarget } from '../core/target.ts';
import type { Module } from '../modules/module.ts';
import { guardTask, reasonOf } from './deadline.ts';
import { type HostConnector, HostSessions, ourError } from './host-sessions.ts';
import { type Foreseen, Lookahead } from './lookahead.ts';
import { foreseeable, type Prepared, prepareTask } from './prepare-task.ts';
import { HostScope } from './scope.ts';
import { endsHost, statusOf, worstStatus } from './status.ts';
import { emptyResult, failedResult, runTask, type TaskFrame } from './task-run.ts';

/** What all hosts of a run share. */
export interface RunContext {
  readonly mode: 'run' | 'check';
  readonly emit: Emit;
  readonly clock: Clock;
  readonly connector: HostConnector;
  readonly modules: ReadonlyMap<string, Module>;
  readonly taskMs: number;
  readonly extraVars: JsonObject;
  /** Whether a step of that risk may be taken now; without it none that restarts something. */
  permits?(risk: Risk): boolean;
}

/** One host through the plays that it takes part in. */
export class HostRun {
  readonly #context: RunContext;
  readonly #host: InventoryHost;
  readonly #become: boolean;
  readonly #sessions: HostSessions;
  readonly #scope: HostScope;
  readonly #signal: AbortSignal;
  readonly #results: TaskResult[] = [];
  #startedAt: number | undefined;
  #connected = false;
  #error: UnbusyError | undefined;
  #facts: JsonObject | undefined;

  constructor(context: RunContext, host: InventoryHost, target: HostTarget, signal: AbortSignal) {
    this.#context = context;
    this.#host = host;
    this.#become = target.become !== undefined;
    this.#signal = signal;
    this.#sessions = new HostSessions(context.connector, target, { method: host.becomeMethod ?? 'auto' }, signal);
    this.#scope = new HostScope(host, context.extraVars);
  }

  /** True once a task or the connection failed: later plays leave this host alone. */
  get ended(): boolean {
    return this.#error !== undefined || this.#results.some((result) => endsHost(result.status));
  }

  /** Runs the chosen tasks of a play; never throws. */
  async runPlay(play: Play, tasks: readonly Task[]): Promise<void> {
    const before = this.#results.length;
    try {
      await this.#goThrough(play, tasks);
    } catch (thrown) {
      this.#error = ourError(thrown);
      this.#leave(tasks, this.#results.length - before, 'stopped by a mistake of ours');
    }
  }

  /** Lets go of the connection until the next play: what waits for hours finds it dead. */
  async rest(): Promise<void> {
    await this.#sessions.close();
  }

  /** A play that is not begun: its tasks count as not reached. */
  missPlay(tasks: readonly Task[], why: string): void {
    this.#leave(tasks, 0, why);
  }

  async #goThrough(play: Play, tasks: readonly Task[]): Promise<void> {
    this.#startedAt ??= this.#context.clock.now();
    if (!this.#connected) this.#context.emit({ kind: 'host-start', host: this.#host.name });
    const session = await this.#session(this.#wantsRoot(play, tasks[0]));
    if (session === undefined) return this.#leave(tasks, 0, 'the host was not reached');
    this.#scope.enter(play, session.facts);
    this.#facts = { ...session.facts };
    const lookaheads = new Map<Session, Lookahead>();
    for (const [index, task] of tasks.entries()) {
      if (this.#signal.aborted) return this.#leave(tasks, index, reasonOf(this.#signal).message);
      const taskSession = await this.#session(this.#wantsRoot(play, task));
      if (taskSession === undefined) return this.#leave(tasks, index, 'no session with the rights that the task needs');
      const ahead = lookaheads.get(taskSession) ?? new Lookahead(taskSession);
      lookaheads.set(taskSession, ahead);
      ahead.fill(this.#foreseen(play, tasks, index, ahead));
      const result = await this.#runOne(task, prepareTask(task, this.#scope), taskSession, ahead);
      // Both sessions are of one host: what one of them changed, the other has seen as it was before.
      for (const each of lookaheads.values()) touched(result) ? each.forget() : each.confirm();
      if (endsHost(result.status)) return this.#leave(tasks, index + 1, `stopped after: ${task.name}`);
    }
  }

  /** Closes the sessions and gives the result. */
  async finish(): Promise<HostResult> {
    await this.#sessions.close();
    const { now } = this.#context.clock;
    const statuses = this.#results.map((result) => result.status);
    const status = this.#error === undefined ? worstStatus(statuses) : statusOf(this.#error.class);
    return {
      host: this.#host.name,
      status,
      tasks: this.#results,
      durationMs: this.#startedAt === undefined ? 0 : now() - this.#startedAt,
      ...(this.#error === undefined ? {} : { error: reportError(this.#error) }),
      ...(this.#facts === undefined ? {} : { facts: this.#facts }),
    };
  }

  #wantsRoot(play: Play, task: Task | undefined): boolean {
    return task?.become ?? play.become ?? this.#become;
  }

  async #session(root: boolean): Promise<Session | undefined> {
    const { emit, clock } = this.#context;
    const before = clock.now();
    const opened = await this.#sessions.get(root);
    if (!opened.ok) {
      this.#error = opened.error;
      return undefined;
    }
    if (!this.#connected) {
      this.#connected = true;
      const tookMs = clock.now() - before;
      emit({ kind: 'host-connected', host: this.#host.name, transport: opened.session.transport, tookMs });
    }
    return opened.session;
  }

  *#foreseen(play: Play, tasks: readonly Task[], from: number, ahead: Lookahead): Generator<Foreseen> {
    const root = this.#wantsRoot(play, tasks[from]);
    for (const task of foreseeable(tasks, from, this.#scope)) {
      const module = this.#context.modules.get(task.module);
      if (module === undefined || ahead.has(task.index) || this.#wantsRoot(play, task) !== root) continue;
      const prepared = prepareTask(task, this.#scope);
      if (prepared.kind === 'run') yield { index: task.index, module, params: prepared.params };
    }
  }

  async #runOne(task: Task, prepared: Prepared, session: Session, lookahead: Lookahead): Promise<TaskResult> {
    const { clock, emit } = this.#context;
    const startedAt = clock.now();
    emit({ kind: 'task-start', host: this.#host.name, task: titleOf(task) });
    const result = { ...(await this.#judge(task, prepared, session, lookahead)), durationMs: clock.now() - startedAt };
    if (task.register !== undefined) {
      const known = result.status === 'ok' || result.status === 'changed' || result.status === 'skipped';
      this.#scope.register(task.register, known ? result.result : undefined);
    }
    this.#record(result);
    return result;
  }

  async #judge(task: Task, prepared: Prepared, session: Session, lookahead: Lookahead) {
    const frame = this.#frame(task);
    if (prepared.kind === 'skip') return emptyResult(frame, 'skipped', prepared.why);
    if (prepared.kind === 'unknown') return failedResult(frame, new UnbusyError('E_UNKNOWN', prepared.why));
    if (prepared.kind === 'invalid') return failedResult(frame, new UnbusyError('E_PLAYBOOK', prepared.why), 'failed');
    const module = this.#context.modules.get(task.module);
    if (module === undefined)
      return failedResult(frame, new UnbusyError('E_BUG', `no module ${task.module}`), 'failed');
    if (module.needsRoot && session.facts.uid !== 0) return failedResult(frame, notRoot(task, session));
    const first = lookahead.take({ index: task.index, module, params: prepared.params });
    const { mode, emit, taskMs } = this.#context;
    return guardTask(session, task.deadlineMs ?? taskMs, this.#signal, () =>
      runTask(frame, module, session, prepared.params, first, mode, {
        onChange: ({ title }) => emit({ kind: 'change-start', host: this.#host.name, task: titleOf(task), title }),
        permits: (risk) => this.#context.permits?.(risk) === true,
      }),
    );
  }

  #frame(task: Task): TaskFrame {
    return { host: this.#host.name, task: task.name, taskIndex: task.index, module: task.module };
  }

  #leave(tasks: readonly Task[], from: number, why: string): void {
    for (const task of tasks.slice(from)) {
      this.#record({ ...emptyResult(this.#frame(task), 'not-reached', why), durationMs: 0 });
    }
  }

  #record(result: TaskResult): void {
    this.#results.push(result);
    this.#context.emit({ kind: 'task-end', result });
  }
}

/** A task's name for the screens. */
export function titleOf(task: Task): TaskTitle {
  return { index: task.index, name: task.name, module: task.module };
}

/** True if the task did, or may have done, something to the host. */
function touched(result: TaskResult): boolean {
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
