import type { Inventory, InventoryHost } from '../config/inventory-model.ts';
import type { Playbook } from '../config/playbook-model.ts';
import type { Clock } from '../core/clock.ts';
import { UnbusyError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import { exitCodeOf } from '../core/exit-codes.ts';
import type { JsonObject } from '../core/json.ts';
import type { HostResult, RunReport } from '../core/results.ts';
import type { HostTarget } from '../core/target.ts';
import type { Module } from '../modules/module.ts';
import { reasonOf } from './deadline.ts';
import { HostRun, type RunContext, titleOf } from './host-run.ts';
import type { HostConnector } from './host-sessions.ts';
import { runPool } from './pool.ts';
import {
  overrideTarget,
  type SelectedPlay,
  type SelectionFlags,
  selectPlays,
  type TargetOverrides,
} from './selection.ts';

/** Everything that a run needs; nothing is taken from the environment. */
export interface RunInput extends SelectionFlags {
  readonly playbook: Playbook;
  readonly inventory: Inventory;
  readonly extraVars: JsonObject;
  readonly mode: 'run' | 'check';
  /** Hosts at a time. */
  readonly forks: number;
  readonly deadlines: { readonly hostMs: number; readonly runMs: number; readonly taskMs: number };
  readonly overrides: TargetOverrides;
  readonly modules: ReadonlyMap<string, Module>;
  /** Called once, with every host of the run, before any is connected: the place to ask for passphrases. */
  connect(targets: readonly HostTarget[]): Promise<HostConnector>;
  readonly clock: Clock;
  readonly version: string;
  /** Aborted by the first ^C: what runs goes on, no further host is started. */
  readonly drain?: AbortSignal;
}

/**
 * Runs a playbook over its hosts and gives the report; every host that matched is in it, also those never tried.
 * Throws only before any host is touched: nothing matched, or connections cannot be prepared.
 */
export async function runPlaybook(input: RunInput, emit: Emit, signal: AbortSignal): Promise<RunReport> {
  const startedAt = input.clock.now();
  const selected = selectPlays(input.playbook, input.inventory, input);
  const hosts = new Map(selected.flatMap((each) => each.hosts.map((host) => [host.name, host] as const)));
  const targets = new Map([...hosts].map(([name, host]) => [name, overrideTarget(host, input.overrides)]));
  const connector = await input.connect([...targets.values()]);
  const results = new Map<string, HostResult>();
  const whole = AbortSignal.any([signal, deadlineSignal(input.deadlines.runMs, 'the run')]);
  try {
    emit({
      kind: 'run-start',
      playbook: input.playbook.file,
      mode: input.mode,
      hosts: [...hosts.keys()],
      tasks: selected.flatMap((each) => each.tasks.map(titleOf)),
    });
    await runPlays(selected, input, contextOf(input, connector, emit), targets, whole, (result) => {
      results.set(result.host, result);
      emit({ kind: 'host-end', result });
    });
  } finally {
    await connector.close();
  }
  const report = reportOf(input, [...hosts.values()], results, startedAt, whole);
  emit({ kind: 'run-end', report });
  return report;
}

function contextOf(input: RunInput, connector: HostConnector, emit: Emit): RunContext {
  const { mode, clock, modules, extraVars } = input;
  return { mode, clock, modules, extraVars, connector, emit, taskMs: input.deadlines.taskMs };
}

/** Plays in their order; within a play each host goes at its own pace, so that one slow host holds up no other. */
async function runPlays(
  selected: readonly SelectedPlay[],
  input: RunInput,
  context: RunContext,
  targets: ReadonlyMap<string, HostTarget>,
  whole: AbortSignal,
  onEnd: (result: HostResult) => void,
): Promise<void> {
  const stop = input.drain === undefined ? whole : AbortSignal.any([whole, input.drain]);
  const runs = new Map<string, HostRun>();
  for (const [index, each] of selected.entries()) {
    const later = new Set(selected.slice(index + 1).flatMap((play) => play.hosts.map((host) => host.name)));
    const runOne = async (host: InventoryHost) => {
      const limit = AbortSignal.any([whole, deadlineSignal(input.deadlines.hostMs, `host ${host.name}`)]);
      const target = targets.get(host.name) ?? host.target;
      const run = runs.get(host.name) ?? new HostRun(context, host, target, limit);
      runs.set(host.name, run);
      if (!run.ended) await run.runPlay(each.play, each.tasks);
      if (!later.has(host.name) || run.ended) onEnd(await run.finish());
    };
    const open = each.hosts.filter((host) => !(runs.get(host.name)?.ended ?? false));
    await runPool(open, input.forks, runOne, stop);
  }
}

/** Aborts after that many milliseconds, by a timer that keeps no process alive. */
function deadlineSignal(ms: number, what: string): AbortSignal {
  const controller = new AbortController();
  const error = new UnbusyError('E_DEADLINE', `the deadline of ${what} passed`, { hint: 'Raise it, or run again.' });
  setTimeout(() => controller.abort(error), ms).unref();
  return controller.signal;
}

function reportOf(
  input: RunInput,
  hosts: readonly InventoryHost[],
  results: ReadonlyMap<string, HostResult>,
  startedAt: number,
  signal: AbortSignal,
): RunReport {
  const interrupted = signal.aborted || (input.drain?.aborted ?? false);
  const reason = signal.aborted ? reasonOf(signal) : undefined;
  const untried = (host: InventoryHost): HostResult => ({
    host: host.name,
    status: 'not-reached',
    tasks: [],
    durationMs: 0,
  });
  const all = hosts.map((host) => results.get(host.name) ?? untried(host));
  const facts = {
    hosts: all,
    mode: input.mode,
    interrupted,
    ...(reason === undefined ? {} : { reason: reason.code, terminated: reason.data?.signal === 'SIGTERM' }),
  };
  return {
    schema: 'unbusy/run/1',
    version: input.version,
    playbook: input.playbook.file,
    mode: input.mode,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: input.clock.now() - startedAt,
    hosts: all,
    interrupted,
    exitCode: exitCodeOf(facts),
  };
}
