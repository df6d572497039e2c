import type { Risk } from './results.ts';

/** One step of a rollout over the hosts of a play. `unknown`: hosts whose signature nobody could read, which come last. */
export interface PlannedBatch {
  readonly kind: 'all' | 'canary' | 'hosts' | 'unknown';
  readonly hosts: readonly string[];
  /** How long to wait after it. */
  readonly soakMs: number;
}

/** Hosts of equal signature, and the one that goes first in their place. */
export interface Likeness {
  readonly signature: string;
  readonly canary: string;
  readonly hosts: readonly string[];
}

/** The order in which a play goes over its hosts. */
export interface RolloutPlan {
  /** Position of the play in the playbook, from 0. */
  readonly play: number;
  readonly batches: readonly PlannedBatch[];
  /** Empty where no canary was asked for. */
  readonly likenesses: readonly Likeness[];
  /** What its stop rules tolerate, in words; without it, nothing on one host stops the others. */
  readonly tolerates?: string;
  /** Hosts without a known signature, and why. */
  readonly unlike: readonly { readonly host: string; readonly why: string }[];
}

/** A task that may need a step which hurts what runs. */
export interface Danger {
  readonly task: string;
  readonly module: string;
  readonly risks: readonly Risk[];
  readonly hosts: readonly string[];
  /** True if only the host itself can tell whether its parameters come to that. */
  readonly maybe: boolean;
}

/** What a person is asked before a batch. */
export interface ConfirmRequest {
  /** Which play and batch, in words. */
  readonly where: string;
  readonly hosts: readonly string[];
  readonly dangers: readonly Danger[];
  /** Hosts of later batches, for which there will be another question. */
  readonly later: number;
}

/** yes: this batch. all: this one and every later one of the run. no: stop here. */
export type ConfirmAnswer = 'yes' | 'all' | 'no';

/** Risks of a step that hurts what runs, so that somebody has to agree first, as something that may be done. */
const DANGER_WORDS: Readonly<Partial<Record<Risk, string>>> = {
  'restart-holder': 'restart what holds the mounts',
  'stop-containers': 'stop containers',
  'remove-containers': 'stop and remove containers',
  'restart-docker': 'restart dockerd',
};

/** Risks of a step that hurts what runs. */
export const DANGEROUS: readonly Risk[] = ['restart-holder', 'stop-containers', 'remove-containers', 'restart-docker'];

/** Risks as something that may be done. */
export function dangerWords(risks: Iterable<Risk>): string {
  return [...new Set(risks)].map((risk) => DANGER_WORDS[risk] ?? risk).join(' and ');
}
