import type { InventoryHost } from '../config/inventory-model.ts';
import type { Play, Task } from '../config/playbook-model.ts';
import type { Session } from '../connection/session.ts';
import { reportError, type UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { HostResult, TaskResult } from '../core/results.ts';
import type { HostTarget } from '../core/target.ts';
import type { FleetResults } from './fleet-results.ts';
import { HostResults } from './host-results.ts';
import { type HostConnector, HostSessions, ourError } from './host-sessions.ts';
import { HostTasks, type TaskContext } from './host-tasks.ts';
import { PlayFlow } from './play-flow.ts';
import { HostScope } from './scope.ts';
import { statusOf } from './status.ts';

/** What all hosts of a run share. */
export interface RunContext extends TaskContext {
  readonly connector: HostConnector;
  readonly extraVars: JsonObject;
  /** What the plays that have ended registered. */
  readonly results: FleetResults;
}

/** One host through the plays that it takes part in. */
export class HostRun {
  readonly #context: RunContext;
  readonly #host: InventoryHost;
  readonly #become: boolean;
  readonly #sessions: HostSessions;
  readonly #scope: HostScope;
  readonly #signal: AbortSignal;
  readonly #results: HostResults;
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
    this.#results = new HostResults(host.name, context.emit);
  }

  /** True once a task or the connection failed: later plays leave this host alone. */
  get ended(): boolean {
    return this.#error !== undefined || this.#results.ended;
  }

  /** Results of its tasks so far, in the order in which they came. */
  get tasks(): readonly TaskResult[] {
    return this.#results.all;
  }

  /** Runs the chosen tasks of a play, and the handlers that they notify; never throws. */
  async runPlay(play: Play, tasks: readonly Task[]): Promise<void> {
    try {
      await this.#goThrough(play, tasks);
    } catch (thrown) {
      this.#error = ourError(thrown);
      this.missPlay(tasks, 'stopped by a mistake of ours');
    }
  }

  /** Lets go of the connection until the next play: what waits for hours finds it dead. */
  async rest(): Promise<void> {
    await this.#sessions.close();
  }

  /** A play that does not go on: its tasks count as not reached. */
  missPlay(tasks: readonly Task[], why: string): void {
    this.#results.leave(
      tasks.filter((task) => task.standby === undefined),
      'not-reached',
      why,
    );
  }

  async #goThrough(play: Play, tasks: readonly Task[]): Promise<void> {
    this.#startedAt ??= this.#context.clock.now();
    if (!this.#connected) this.#context.emit({ kind: 'host-start', host: this.#host.name });
    const wantsRoot = (task: Task | undefined) => task?.become ?? play.become ?? this.#become;
    const session = await this.#session(wantsRoot(tasks[0]));
    if (session === undefined) return this.missPlay(tasks, 'the host was not reached');
    this.#scope.enter(play, session.facts, this.#context.results.json);
    this.#facts = { ...session.facts };
    const bed = { mode: this.#context.mode, results: this.#results, scope: this.#scope };
    const worker = new HostTasks(this.#context, {
      ...bed,
      ...{ host: this.#host.name, tasks, wantsRoot, signal: this.#signal },
      session: (root) => this.#session(root),
      renew: () => this.#sessions.close(),
    });
    await new PlayFlow(play, tasks, { ...bed, worker }).run();
  }

  /** Closes the sessions and gives the result. */
  async finish(): Promise<HostResult> {
    await this.#sessions.close();
    const { now } = this.#context.clock;
    const { all, worst, rescued } = this.#results;
    return {
      host: this.#host.name,
      status: this.#error === undefined ? worst : statusOf(this.#error.class),
      tasks: all,
      durationMs: this.#startedAt === undefined ? 0 : now() - this.#startedAt,
      ...(rescued.length === 0 ? {} : { rescued }),
      ...(this.#error === undefined ? {} : { error: reportError(this.#error) }),
      ...(this.#facts === undefined ? {} : { facts: this.#facts }),
    };
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
}
