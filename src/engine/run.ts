import type { Inventory } from '../config/inventory-model.ts';
import type { Playbook } from '../config/playbook-model.ts';
import type { Clock } from '../core/clock.ts';
import type { Emit } from '../core/events.ts';
import { exitCodeOf } from '../core/exit-codes.ts';
import type { JsonObject } from '../core/json.ts';
import type { Risk, RunReport } from '../core/results.ts';
import type { HostTarget } from '../core/target.ts';
import type { Module } from '../modules/module.ts';
import { Consent, type ConsentSource } from './consent.ts';
import { Budget, reasonOf } from './deadline.ts';
import { FleetResults } from './fleet-results.ts';
import { FleetRun, untried } from './fleet-run.ts';
import type { RunContext } from './host-run.ts';
import type { HostConnector } from './host-sessions.ts';
import { checkBeforehand } from './preflight.ts';
import type { Resumption } from './resumption.ts';
import { overrideTarget, type SelectionFlags, selectPlays, type TargetOverrides } from './selection.ts';
import { titleOf } from './task-run.ts';

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
  /** Who allows steps that restart something; nobody if it is not said. */
  readonly consent?: ConsentSource;
  /** Id under which the run is recorded. */
  readonly run?: string;
  /** The earlier part of this run, which it goes on from. */
  readonly resumption?: Resumption;
}

/**
 * Runs a playbook over its hosts and gives the report; every host that matched is in it, also those never tried.
 * Throws only before any host is touched: nothing matched, or connections cannot be prepared.
 */
export async function runPlaybook(input: RunInput, emit: Emit, signal: AbortSignal): Promise<RunReport> {
  const startedAt = input.clock.now();
  const selected = selectPlays(input.playbook, input.inventory, input);
  checkBeforehand(selected, input);
  const hosts = new Map(selected.flatMap((each) => each.hosts.map((host) => [host.name, host] as const)));
  const targets = new Map([...hosts].map(([name, host]) => [name, overrideTarget(host, input.overrides)]));
  const connector = await input.connect([...targets.values()]);
  const time = new Budget(input.clock, input.deadlines.runMs, 'the run', '--timeout');
  const whole = AbortSignal.any([signal, time.signal]);
  const consent = new Consent(input.consent ?? { kind: 'nobody' }, emit);
  const fleet = new FleetRun({
    ...{ consent, targets, whole, context: contextOf(input, connector, consent, emit) },
    ...{ forks: input.forks, hostMs: input.deadlines.hostMs, drain: input.drain, resumption: input.resumption },
  });
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
    await fleet.run(selected);
  } finally {
    time.pause();
    await connector.close();
  }
  const report = reportOf(input, [...hosts.keys()], fleet, startedAt, whole);
  emit({ kind: 'run-end', report });
  return report;
}

function contextOf(input: RunInput, connector: HostConnector, consent: Consent, emit: Emit): RunContext {
  const { mode, clock, modules, extraVars } = input;
  const permits = (risk: Risk) => consent.permits(risk);
  const results = new FleetResults();
  return { mode, clock, modules, extraVars, connector, emit, permits, results, taskMs: input.deadlines.taskMs };
}

function reportOf(
  input: RunInput,
  hosts: readonly string[],
  { results, stopped, interruption }: FleetRun,
  startedAt: number,
  signal: AbortSignal,
): RunReport {
  const reason = signal.aborted ? reasonOf(signal) : interruption;
  const interrupted = reason?.code === 'E_INTERRUPTED' || (input.drain?.aborted ?? false);
  const shared = {
    hosts: hosts.map((host) => results.get(host) ?? untried(host)),
    mode: input.mode,
    interrupted,
    ...(stopped === undefined ? {} : { stopped }),
  };
  const facts = {
    ...shared,
    ...(reason === undefined ? {} : { reason: reason.code, terminated: reason.data?.signal === 'SIGTERM' }),
  };
  return {
    schema: 'unbusy/run/1',
    version: input.version,
    playbook: input.playbook.file,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: input.clock.now() - startedAt,
    ...shared,
    ...(input.run === undefined ? {} : { run: input.run }),
    exitCode: exitCodeOf(facts),
  };
}
