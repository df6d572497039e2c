import type { ErrorReport } from './errors.ts';
import type { Finding } from './findings.ts';
import type { Json, JsonObject } from './json.ts';

/** Status of a task on a host. Closed: nothing else exists. */
export const TASK_STATUSES = [
  'ok',
  'changed',
  'would-change',
  'failed',
  'unknown',
  'skipped',
  'unreachable',
  'not-reached',
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** How much a change may hurt, rising. */
export const RISKS = [
  'read',
  'file',
  'unmount',
  'restart-holder',
  'stop-containers',
  'remove-containers',
  'restart-docker',
] as const;
export type Risk = (typeof RISKS)[number];

/** certain: seen; conditional: only after an earlier step worked; unknown: a fact is missing. */
export type Certainty = 'certain' | 'conditional' | 'unknown';

/**
 * The smallest step with its own result. `witness` is what the host must still look like right before the step;
 * the host compares, and a difference is stale. `needs` names changes that must have been done before.
 */
export interface Change {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly risk: Risk;
  readonly certainty: Certainty;
  readonly witness: JsonObject;
  readonly needs?: readonly string[];
  /** What a dangerous step stops or touches, one line each. */
  readonly blast?: readonly string[];
  /** A unified diff or another text to read with --diff. */
  readonly diff?: string;
  /** Why it is wanted and yet not made by this run: the task then ends as would-change, also outside of check mode. */
  readonly pending?: string;
}

/** What became of a change: planned (check mode), pending (put off by a policy), changed (looked again and seen, unless `unseen`), no-change (it ran, and says itself that nothing changed), or why not. */
export type ChangeOutcome =
  | 'planned'
  | 'pending'
  | 'changed'
  | 'no-change'
  | 'stale'
  | 'busy'
  | 'denied'
  | 'failed'
  | 'unknown'
  | 'not-tried';

/** A change as the report keeps it. */
export interface ChangeReport {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly risk: Risk;
  readonly certainty: Certainty;
  readonly outcome: ChangeOutcome;
  /** `changed` by the step's own word: there is nothing that could be looked at. */
  readonly unseen?: true;
  readonly note?: string;
  /** What the step leaves for a person to do, one thing each; starts with a verb. */
  readonly leaves?: readonly string[];
  readonly blast?: readonly string[];
  readonly diff?: string;
  readonly witness: JsonObject;
}

/** Something that could not be seen although the rest could; a destructive plan never ignores one that touches it. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

/** A step that a module will not take, and why. A task with a refusal is failed, unless nothing needed to be done. */
export interface Refusal {
  readonly what: string;
  readonly why: string;
  readonly hint: string;
  /** What the step would have done to a file, to read with --diff. */
  readonly diff?: string;
}

/** One entry of a loop as the report keeps it. */
export interface ItemResult {
  readonly item: Json;
  readonly status: TaskStatus;
  readonly error?: ErrorReport;
  readonly note?: string;
}

/** Which task asked for a handler: it changed something, would change it (check mode), or what it set is not in effect yet. */
export type Notice =
  | { readonly task: string; readonly kind: 'changed' | 'would-change' }
  | { readonly task: string; readonly kind: 'unsettled'; readonly why: string };

/** Result of one task on one host. */
export interface TaskResult {
  readonly host: string;
  readonly task: string;
  readonly taskIndex: number;
  readonly module: string;
  readonly status: TaskStatus;
  readonly changes: readonly ChangeReport[];
  readonly refusals: readonly Refusal[];
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  readonly error?: ErrorReport;
  /** Why it was skipped, or another short remark. */
  readonly note?: string;
  /** Why what is configured is not in effect yet, though nothing was left to change. */
  readonly unsettled?: string;
  /** Of a task with a loop: how each entry ended, in the order of the list; its changes stand with those of the task. */
  readonly items?: readonly ItemResult[];
  /** Of a handler: who notified it. */
  readonly notifiedBy?: readonly Notice[];
  /** Of a handler that was notified: the tags of the command line left it out. */
  readonly leftOut?: true;
  /** It failed, and the `rescue` of its block took over and went well: it does not count for the host. */
  readonly rescued?: true;
  /** What `register` gives to later tasks. */
  readonly result: { readonly [key: string]: Json };
  readonly durationMs: number;
}

/** Result of one host over a whole run. `status` is the worst of its tasks, rescued ones aside. */
export interface HostResult {
  readonly host: string;
  readonly status: TaskStatus;
  readonly tasks: readonly TaskResult[];
  /** Names of the tasks whose failure was rescued. */
  readonly rescued?: readonly string[];
  readonly error?: ErrorReport;
  readonly facts?: JsonObject;
  /** It was done before this run was resumed, and not touched again. */
  readonly earlier?: true;
  readonly durationMs: number;
}

/** Statuses that stop rules count. */
export const COUNTED = ['failed', 'unknown', 'unreachable'] as const;
export type Counted = (typeof COUNTED)[number];

/** Why a run stopped itself: a stop rule that struck, or a confirmation that was refused. */
export type StopReport =
  | {
      readonly kind: 'rule';
      readonly rule: Counted;
      /** As the playbook has it, such as 0 or 20%. */
      readonly tolerated: string;
      readonly count: number;
      /** All hosts of the run. */
      readonly of: number;
      readonly hosts: readonly string[];
      readonly where: string;
    }
  | { readonly kind: 'refused'; readonly where: string };

/** The whole run. Every host that matched is in it, also those never tried. */
export interface RunReport {
  readonly schema: 'unbusy/run/1';
  readonly version: string;
  readonly playbook: string;
  readonly mode: 'run' | 'check';
  readonly startedAt: string;
  readonly durationMs: number;
  readonly hosts: readonly HostResult[];
  readonly interrupted: boolean;
  /** Why the run stopped itself, if it did. */
  readonly stopped?: StopReport;
  /** Id under which it is recorded and can be resumed. */
  readonly run?: string;
  readonly exitCode: number;
}
