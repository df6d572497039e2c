import type { HostResult } from '../core/results.ts';
import type { RolloutPlan } from '../core/rollout.ts';

/** What a run that is continued knows of its earlier part. */
export interface Resumption {
  /** How the hosts ended that have ended, well or not. */
  readonly results: ReadonlyMap<string, HostResult>;
  /** The steps that were planned, by the position of their play. */
  readonly plans: ReadonlyMap<number, RolloutPlan>;
  /** The last batch that came to its end. */
  readonly lastEnd?: { readonly play: number; readonly number: number; readonly atMs: number };
}

/** True if a host ended as wanted, so that it need not be touched again. */
export function isDone(result: HostResult | undefined): boolean {
  return result?.status === 'ok' || result?.status === 'changed' || result?.status === 'skipped';
}
