import type { Inventory, InventoryHost } from '../config/inventory-model.ts';
import type { Playbook } from '../config/playbook-model.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import { exitCodeOf } from '../core/exit-codes.ts';
import type { JsonObject } from '../core/json.ts';
import type { HostResult, RunReport } from '../core/results.ts';
import type { HostTarget } from '../core/target.ts';
import type { Module } from '../modules/module.ts';
import { Budget, reasonOf } from './deadline.ts';
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
  const time = new Budget(input.clock, input.deadlines.runMs, 'the run', '--timeout');
  const whole = AbortSignal.any([signal, time.signal]);
  time.start();
  try {
    emit({
      kind: 'run-start',
      playbook: input.playbook.file,
      mode: input.mode,
      hosts: [...hosts.keys()],
      tasks: selected.flatMap((each) => each.tasks.map(titleOf)),
    });
    for (const play of input.playbook.plays)
      if (!selected.some((each) => each.play === play))
        emit({
          kind: 'notice',
          text: `the play "${play.name}" is left out: the limit or the tags leave nothing of it`,
        });
    await runPlays(selected, input, contextOf(input, connector, emit), targets, whole, (result) => {
      results.set(result.host, result);
      emit({ kind: 'host-end', result });
    });
  } finally {
    time.pause();
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

/** A host at work, and what is left of its time. */
interface Worker {
  readonly run: HostRun;
  readonly budget: Budget;
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
  const workers = new Map<string, Worker>();
  const workerOf = (host: InventoryHost): Worker => {
    const budget = new Budget(context.clock, input.deadlines.hostMs, `host ${host.name}`, '--host-timeout');
    const limit = AbortSignal.any([whole, budget.signal]);
    return { budget, run: new HostRun(context, host, targets.get(host.name) ?? host.target, limit) };
  };
  for (const [index, each] of selected.entries()) {
    const later = selected.slice(index + 1);
    const comesBack = new Set(later.flatMap((play) => play.hosts.map((host) => host.name)));
    const runOne = async (host: InventoryHost) => {
      const worker = workers.get(host.name) ?? workerOf(host);
      workers.set(host.name, worker);
      const { run, budget } = worker;
      budget.start();
      await run.runPlay(each.play, each.tasks);
      budget.pause();
      if (run.ended)
        for (const play of later) if (play.hosts.includes(host)) run.missPlay(play.tasks, 'stopped before');
      if (run.ended || !comesBack.has(host.name)) onEnd(await run.finish());
    };
    const open = each.hosts.filter((host) => !(workers.get(host.name)?.run.ended ?? false));
    const left = await runPool(open, input.forks, runOne, stop);
    for (const host of left) workers.get(host.name)?.run.missPlay(each.tasks, stopWords(whole));
    const over = left
      .filter((host) => !comesBack.has(host.name))
      .map((host) => workers.get(host.name)?.run.finish() ?? untried(host));
    for (const result of await Promise.all(over)) onEnd(result);
  }
}

/** Why a play was not begun on a host. */
function stopWords(whole: AbortSignal): string {
  return whole.aborted ? reasonOf(whole).message : 'the run was interrupted before it';
}

function untried(host: InventoryHost): HostResult {
  return { host: host.name, status: 'not-reached', tasks: [], durationMs: 0 };
}

function reportOf(
  input: RunInput,
  hosts: readonly InventoryHost[],
  results: ReadonlyMap<string, HostResult>,
  startedAt: number,
  signal: AbortSignal,
): RunReport {
  const reason = signal.aborted ? reasonOf(signal) : undefined;
  const interrupted = reason?.code === 'E_INTERRUPTED' || (input.drain?.aborted ?? false);
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
