import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostResult } from '../core/results.ts';
import type { RolloutPlan } from '../core/rollout.ts';
import { EVENT_FILE } from './event-file.ts';

/** Where a recorded run stands. */
export interface RunState {
  /** All hosts of the run. */
  readonly hosts: readonly string[];
  /** How each host ended that has ended; a later part of the run replaces an earlier one. */
  readonly results: ReadonlyMap<string, HostResult>;
  readonly plans: ReadonlyMap<number, RolloutPlan>;
  readonly lastEnd?: { readonly play: number; readonly number: number; readonly atMs: number };
  /** True if the last part came to its end, however that was. */
  readonly ended: boolean;
  /** Lines that cannot be read: torn by a kill, or damaged. */
  readonly damaged: number;
}

type Line = { readonly kind?: string; readonly time?: string; readonly [key: string]: unknown };

/** Reads the events of a run. Nothing that cannot be read is taken for something that happened: such a host is run again. */
export function readRunState(directory: string): RunState {
  const reading = new Reading();
  for (const text of readFileSync(join(directory, EVENT_FILE), 'utf8').split('\n')) {
    if (text === '') continue;
    const line = parseLine(text);
    if (line === undefined) reading.damaged += 1;
    else reading.take(line);
  }
  return reading;
}

class Reading implements RunState {
  hosts: readonly string[] = [];
  readonly results = new Map<string, HostResult>();
  readonly plans = new Map<number, RolloutPlan>();
  lastEnd?: { readonly play: number; readonly number: number; readonly atMs: number };
  ended = false;
  damaged = 0;

  take(line: Line): void {
    switch (line.kind) {
      case 'run-start':
        this.ended = false;
        if (Array.isArray(line.hosts)) this.hosts = line.hosts.map(String);
        return;
      case 'host-end':
        this.#result(line.result as Partial<HostResult>);
        return;
      case 'host-lost':
        this.results.delete(String(line.host));
        return;
      case 'rollout':
        this.#plan(line.plan as Partial<RolloutPlan>);
        return;
      case 'batch-end':
        this.lastEnd = { play: Number(line.play), number: Number(line.number), atMs: Date.parse(line.time ?? '') };
        return;
      case 'run-end':
        this.ended = true;
    }
  }

  #result(result: Partial<HostResult> | undefined): void {
    if (typeof result?.host !== 'string' || result.status === undefined) return;
    this.results.set(result.host, { durationMs: 0, ...result, host: result.host, status: result.status, tasks: [] });
  }

  #plan(plan: Partial<RolloutPlan> | undefined): void {
    if (typeof plan?.play === 'number' && Array.isArray(plan.batches)) this.plans.set(plan.play, plan as RolloutPlan);
  }
}

function parseLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
