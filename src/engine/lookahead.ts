import type { Session } from '../connection/session.ts';
import { reportError, UnbusyError } from '../core/errors.ts';
import type { Module, Observed } from '../modules/module.ts';

/** A task, or one entry of its loop, that is ready to be observed. */
export interface Foreseen {
  /** The task and the entry, as `slotOf` gives them. */
  readonly slot: string;
  readonly module: Module;
  readonly params: unknown;
}

/** Names a task, or one entry of its loop, among all that is looked at ahead. */
export function slotOf(taskIndex: number, entry?: number): string {
  return entry === undefined ? String(taskIndex) : `${taskIndex}:${entry}`;
}

/** How many tasks are looked at ahead while nothing has changed on the host: all of them. */
const WHOLE_PLAY = Number.MAX_SAFE_INTEGER;

/**
 * Optimistic observe: sends what can be foreseen ahead of its turn, in one write. What was seen stays valid as long
 * as nothing changes the host; after a change it is thrown away, and the window opens again step by step, because a
 * host that changed once tends to change with the next task too.
 */
export class Lookahead {
  readonly #session: Session;
  #seen = new Map<string, Promise<Observed<unknown>>>();
  #window = WHOLE_PLAY;

  constructor(session: Session) {
    this.#session = session;
  }

  /** True if this task was looked at already, and what was seen still holds. */
  has(slot: string): boolean {
    return this.#seen.has(slot);
  }

  /** Looks ahead at the foreseen tasks, as far as the window allows; tasks of one module are looked at together. */
  fill(foreseen: Iterable<Foreseen>): void {
    const open = this.#window - this.#seen.size;
    if (open <= 0) return;
    const byModule = new Map<Module, Foreseen[]>();
    let count = 0;
    for (const task of foreseen) {
      const same = byModule.get(task.module);
      if (same === undefined) byModule.set(task.module, [task]);
      else same.push(task);
      if (++count >= open) break;
    }
    for (const [module, tasks] of byModule) this.#look(module, tasks);
  }

  #look(module: Module, tasks: readonly Foreseen[]): void {
    if (module.observeEach === undefined || tasks.length === 1) {
      for (const task of tasks) this.#seen.set(task.slot, observeSafely(module, this.#session, task.params));
      return;
    }
    const all = observeEachSafely(module, this.#session, tasks);
    for (const [at, task] of tasks.entries())
      this.#seen.set(
        task.slot,
        all.then((seen) => seen[at] ?? NOT_SEEN),
      );
  }

  /** What was seen of this task, or a look at it now. */
  take(task: Foreseen): Promise<Observed<unknown>> {
    const seen = this.#seen.get(task.slot) ?? observeSafely(task.module, this.#session, task.params);
    this.#seen.delete(task.slot);
    return seen;
  }

  /** The host changed: nothing that was seen ahead holds any more. */
  forget(): void {
    this.#seen = new Map();
    this.#window = 1;
  }

  /** A task left the host as it was. */
  confirm(): void {
    this.#window = Math.min(WHOLE_PLAY, this.#window * 2);
  }
}

const NOT_SEEN: Observed<unknown> = {
  kind: 'unknown',
  error: new UnbusyError('E_BUG', 'a module that looked at several tasks left one out'),
};

/** An observe that throws is a mistake of ours; it must not end the run for other hosts, nor go unheard. */
async function observeSafely(module: Module, session: Session, params: unknown): Promise<Observed<unknown>> {
  try {
    return await module.observe(session, params);
  } catch (thrown) {
    return asUnknown(thrown);
  }
}

async function observeEachSafely(
  module: Module,
  session: Session,
  tasks: readonly Foreseen[],
): Promise<readonly Observed<unknown>[]> {
  try {
    return (
      (await module.observeEach?.(
        session,
        tasks.map((task) => task.params),
      )) ?? []
    );
  } catch (thrown) {
    return tasks.map(() => asUnknown(thrown));
  }
}

function asUnknown(thrown: unknown): Observed<unknown> {
  if (thrown instanceof UnbusyError) return { kind: 'unknown', error: thrown };
  return { kind: 'unknown', error: new UnbusyError('E_BUG', reportError(thrown).message, { cause: thrown }) };
}
