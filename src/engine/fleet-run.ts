import type { InventoryHost } from '../config/inventory-model.ts';
import { UnbusyError } from '../core/errors.ts';
import { COUNTED, type HostResult, type StopReport, type TaskResult } from '../core/results.ts';
import type { PlannedBatch, RolloutPlan } from '../core/rollout.ts';
import type { Consent } from './consent.ts';
import { dangersOf } from './dangers.ts';
import { Budget, reasonOf } from './deadline.ts';
import { HostRun } from './host-run.ts';
import { runPool } from './pool.ts';
import { isDone, type Resumption } from './resumption.ts';
import { continuePlan, heldBack, planRollout, type RolloutBed, whereIs } from './rollout.ts';
import type { SelectedPlay } from './selection.ts';
import { lostHosts, type Soaking, soak } from './soak.ts';
import { rulesText, StopCount } from './stop-count.ts';

/** A host at work, and what is left of its time. */
interface Worker {
  readonly run: HostRun;
  readonly budget: Budget;
}

/** What a fleet run needs. */
export interface FleetInput extends Omit<RolloutBed, 'stop'> {
  readonly consent: Consent;
  /** The run must end: interrupted for good, or out of time. */
  readonly whole: AbortSignal;
  /** No further host is to be begun. */
  readonly drain: AbortSignal | undefined;
  readonly resumption: Resumption | undefined;
}

/** One step of one play. */
interface Step extends SelectedPlay {
  readonly later: readonly SelectedPlay[];
  readonly plan: RolloutPlan;
  readonly batch: PlannedBatch;
  /** Position of the batch in the plan, from 0. */
  readonly at: number;
  readonly where: string;
}

/** Goes over the plays of a run, batch by batch; within a batch each host goes at its own pace, so that one slow host holds up no other. */
export class FleetRun {
  readonly #input: FleetInput;
  readonly #bed: RolloutBed;
  readonly #workers = new Map<string, Worker>();
  readonly #results = new Map<string, HostResult>();
  readonly #count: StopCount;
  readonly #guard = new AbortController();
  readonly #stop: AbortSignal;
  #stopped: StopReport | undefined;

  constructor(input: FleetInput) {
    this.#input = input;
    this.#count = new StopCount(input.targets.size);
    const { whole, drain } = input;
    this.#stop = AbortSignal.any([whole, this.#guard.signal, ...(drain === undefined ? [] : [drain])]);
    this.#bed = { ...input, stop: this.#stop };
  }

  /** Results of the hosts that have ended, also of those that were done before the run was resumed. */
  get results(): ReadonlyMap<string, HostResult> {
    return this.#results;
  }

  /** Why the run stopped itself, if it did. */
  get stopped(): StopReport | undefined {
    return this.#stopped;
  }

  /** Why it ended early without stopping itself: interrupted at a question. */
  get interruption(): UnbusyError | undefined {
    const { signal } = this.#guard;
    return this.#stopped === undefined && signal.aborted ? reasonOf(signal) : undefined;
  }

  /** Runs the plays in their order. Throws only what makes the whole run impossible. */
  async run(selected: readonly SelectedPlay[]): Promise<void> {
    for (const result of this.#input.resumption?.results.values() ?? [])
      if (isDone(result) && this.#input.targets.has(result.host)) this.#end({ ...result, earlier: true });
    for (const [index, each] of selected.entries()) await this.#play(each, selected.slice(index + 1));
  }

  async #play(each: SelectedPlay, later: readonly SelectedPlay[]): Promise<void> {
    const open = each.hosts.filter((host) => !this.#results.has(host.name));
    const byName = new Map(open.map((host) => [host.name, host]));
    const plan = await this.#plan(each, open);
    let before: Soaking | undefined;
    for (const [at, batch] of plan.batches.entries()) {
      const hosts = batch.hosts.flatMap((name) => byName.get(name) ?? []);
      const step = { ...each, later, plan, batch, at, where: whereIs(each.play, plan, at) };
      if (hosts.length === 0) {
        before = this.#endedEarlier(step) ?? before;
        continue;
      }
      if (before !== undefined && before.soakMs > 0) await this.#soak(before, step);
      await this.#batch(step, hosts);
      before = { hosts: batch.hosts, soakMs: batch.soakMs, endedMs: this.#input.context.clock.now() };
      if (!this.#stop.aborted && batch.kind !== 'all')
        this.#input.context.emit({ kind: 'batch-end', play: each.index, number: at + 1 });
    }
    this.#input.context.results.publish(each.play, this.#tasksOf(each.hosts));
  }

  /** What the tasks came to on each host; of those that were done before the run was resumed, what is recorded. */
  #tasksOf(hosts: readonly InventoryHost[]): ReadonlyMap<string, readonly TaskResult[]> {
    const tasks = (name: string) => this.#workers.get(name)?.run.tasks ?? this.#results.get(name)?.tasks ?? [];
    return new Map(hosts.map(({ name }) => [name, tasks(name)]));
  }

  async #plan(each: SelectedPlay, open: readonly InventoryHost[]): Promise<RolloutPlan> {
    const recorded = this.#input.resumption?.plans.get(each.index);
    const plan = recorded === undefined ? await planRollout(this.#bed, each, open) : continuePlan(recorded, open);
    const stop = each.play.rollout?.stop;
    if (plan.batches.some((batch) => batch.kind !== 'all'))
      this.#input.context.emit({
        kind: 'rollout',
        plan: stop === undefined ? plan : { ...plan, tolerates: rulesText(stop) },
      });
    return plan;
  }

  /**
   * Hosts that had ended in trouble before the run was resumed go first, and the others wait for them: if nothing was
   * mended, the stop rules see it before anything new is begun.
   */
  #waves(hosts: readonly InventoryHost[]): readonly (readonly InventoryHost[])[] {
    const before = this.#input.resumption?.results;
    if (before === undefined) return [hosts];
    const troubled = ({ name }: InventoryHost) => COUNTED.some((status) => status === before.get(name)?.status);
    return [hosts.filter(troubled), hosts.filter((host) => !troubled(host))];
  }

  /** A batch that was done before the run was resumed may not have soaked to the end. */
  #endedEarlier({ index, batch, at }: Step): Soaking | undefined {
    const last = this.#input.resumption?.lastEnd;
    if (last?.play !== index || last.number !== at + 1) return undefined;
    return { hosts: batch.hosts, soakMs: batch.soakMs, endedMs: last.atMs };
  }

  async #soak(before: Soaking, step: Step): Promise<void> {
    const { context, targets, forks } = this.#input;
    if (this.#stop.aborted) return;
    await soak(context, before, step.where, this.#stop);
    const well = before.hosts.filter((host) => isDone(this.#results.get(host)));
    const lost = await lostHosts(
      context,
      well.flatMap((host) => targets.get(host) ?? []),
      forks,
      this.#stop,
    );
    for (const [host, error] of lost) {
      const result = this.#results.get(host);
      if (result !== undefined) this.#results.set(host, { ...result, status: 'unreachable', error });
      this.#count.note(host, 'unreachable');
    }
  }

  async #batch(step: Step, hosts: readonly InventoryHost[]): Promise<void> {
    const { emit } = this.#input.context;
    this.#checkRules(step);
    const held = heldBack(step.plan, step.batch, this.#results);
    for (const host of hosts) if (held.has(host.name)) await this.#holdBack(host, step, held.get(host.name) ?? '');
    const ready = hosts.filter((host) => !held.has(host.name));
    if (ready.length > 0 && !this.#stop.aborted) await this.#ask(step, ready);
    if (ready.length > 0 && !this.#stop.aborted && step.batch.kind !== 'all')
      emit({ kind: 'batch-start', where: step.where, number: step.at + 1, hosts: ready.map(({ name }) => name) });
    const left: InventoryHost[] = [];
    for (const wave of this.#waves(ready))
      left.push(...(await runPool(wave, this.#input.forks, (host) => this.#host(host, step), this.#stop)));
    await Promise.all(left.map((host) => this.#miss(host, step)));
  }

  /** Somebody must agree before anything of the batch that may restart something is begun. */
  async #ask(step: Step, hosts: readonly InventoryHost[]): Promise<void> {
    const { mode, modules, extraVars } = this.#input.context;
    if (mode === 'check') return;
    const names = hosts.map((host) => host.name);
    const dangers = dangersOf(step.play, step.tasks, hosts, modules, extraVars);
    const later = step.plan.batches.slice(step.at + 1).reduce((sum, batch) => sum + batch.hosts.length, 0);
    const request = { where: step.where, hosts: names, dangers, later };
    try {
      if (await this.#input.consent.forBatch(request, this.#stop)) return;
    } catch (thrown) {
      // Whoever was asked interrupted, or the run ended meanwhile: no further host is begun.
      this.#guard.abort(thrown);
      return;
    }
    this.#stopRun({ kind: 'refused', where: step.where }, `the answer to the question before ${step.where} was no`);
  }

  async #host(host: InventoryHost, step: Step): Promise<void> {
    const { run, budget } = this.#worker(host);
    const plays = step.later.filter((play) => play.hosts.includes(host));
    budget.start();
    await run.runPlay(step.play, step.tasks);
    if (plays.length > 0 && [step, ...plays].some(({ play }) => (play.rollout?.batches.length ?? 0) > 0))
      await run.rest();
    budget.pause();
    if (run.ended) for (const play of plays) run.missPlay(play.tasks, 'stopped before');
    if (run.ended || plays.length === 0) this.#end(await run.finish());
    this.#checkRules(step);
  }

  async #holdBack(host: InventoryHost, step: Step, why: string): Promise<void> {
    const { run } = this.#worker(host);
    for (const play of [step, ...step.later]) if (play.hosts.includes(host)) run.missPlay(play.tasks, why);
    this.#end(await run.finish());
  }

  /** A host that was not begun in this play, because the run ends; its later plays will say the same. */
  async #miss(host: InventoryHost, step: Step): Promise<void> {
    const run = this.#workers.get(host.name)?.run;
    run?.missPlay(step.tasks, this.#stopWords());
    if (step.later.some((play) => play.hosts.includes(host))) return;
    this.#end((await run?.finish()) ?? untried(host.name));
  }

  #worker(host: InventoryHost): Worker {
    const { context, targets, hostMs, whole } = this.#input;
    const known = this.#workers.get(host.name);
    if (known !== undefined) return known;
    const budget = new Budget(context.clock, hostMs, `host ${host.name}`, '--host-timeout');
    const limit = AbortSignal.any([whole, budget.signal]);
    const worker = { budget, run: new HostRun(context, host, targets.get(host.name) ?? host.target, limit) };
    this.#workers.set(host.name, worker);
    return worker;
  }

  #end(result: HostResult): void {
    this.#results.set(result.host, result);
    this.#count.note(result.host, result.status);
    this.#input.context.emit({ kind: 'host-end', result });
  }

  #checkRules({ play, where }: Step): void {
    if (this.#stopped !== undefined || play.rollout?.stop === undefined || this.#input.context.mode === 'check') return;
    const struck = this.#count.struck(play.rollout.stop, where);
    if (struck?.kind !== 'rule') return;
    const { rule, count, tolerated } = struck;
    this.#stopRun(struck, `stop rule ${rule}: ${count} of the hosts, and ${tolerated} is tolerated`);
  }

  #stopRun(stop: StopReport, words: string): void {
    this.#stopped = stop;
    this.#input.context.emit({ kind: 'stopped', stop });
    this.#guard.abort(new UnbusyError('E_GUARD', words));
  }

  /** Why a play was not begun on a host. */
  #stopWords(): string {
    const { whole } = this.#input;
    if (whole.aborted) return reasonOf(whole).message;
    return this.#guard.signal.aborted ? reasonOf(this.#guard.signal).message : 'the run was interrupted before it';
  }
}

/** A host that was never begun. */
export function untried(host: string): HostResult {
  return { host, status: 'not-reached', tasks: [], durationMs: 0 };
}
