import type { SourcePlace } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Rollout } from './play-rollout.ts';
import type { z } from './schema.ts';

/** What the playbook loader must know of a module; the registry is handed in, for config lies below modules. */
export interface ModuleFacts {
  readonly name: string;
  readonly summary: string;
  readonly params: z.ZodType;
  readonly conditions?: readonly string[];
  readonly compiles?: { readonly playbook: string; readonly vars: string };
  readonly needsRoot: boolean;
}

/** Truth of a condition; unknown makes the task unknown, never silently false. */
export type Truth =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'unknown'; readonly why: string };

/** Names that an expression sees: vars, facts, and registered results. A name whose value is `undefined` here is not known (yet). */
export type Scope = ReadonlyMap<string, Json | undefined>;

/** A condition, parsed and checked when the playbook was loaded. */
export interface CompiledCondition {
  readonly text: string;
  /** Root names that it reads. */
  readonly names: ReadonlySet<string>;
  test(scope: Scope): Truth;
}

/** Parameters of a task with their {{ }}; `render` validates against the module's schema and applies its defaults. */
export interface ParamTemplate {
  readonly names: ReadonlySet<string>;
  render(
    scope: Scope,
  ):
    | { readonly kind: 'known'; readonly params: unknown }
    | { readonly kind: 'unknown'; readonly why: string }
    | { readonly kind: 'invalid'; readonly why: string };
  /** Only these parameters, and the defaults of the others; undefined if one of them is not known yet. */
  renderOnly?(scope: Scope, keys: readonly string[]): unknown;
}

/** The list that a task goes through, entry by entry. */
export interface Loop {
  /** Name of the entry in hand. */
  readonly variable: string;
  /** Root names that the list reads. */
  readonly names: ReadonlySet<string>;
  items(
    scope: Scope,
  ):
    | { readonly kind: 'known'; readonly items: readonly Json[] }
    | { readonly kind: 'unknown' | 'invalid'; readonly why: string };
}

/** One task of a play. What the blocks around it say is in it: their conditions come before its own. */
export interface Task {
  /** Position in the whole playbook, from 0. */
  readonly index: number;
  readonly name: string;
  readonly module: string;
  readonly params: ParamTemplate;
  readonly when: readonly CompiledCondition[];
  readonly register?: string;
  readonly become?: boolean;
  readonly tags: readonly string[];
  readonly deadlineMs?: number;
  /** Handlers of its play that run at the end if it changed something. */
  readonly notify?: readonly string[];
  readonly loop?: Loop;
  /** It runs only when something asks for it: the failure of its block, or a notification. */
  readonly standby?: 'rescue' | 'handler';
  /** What comes before it in its block may fail, so that it has its turn. */
  readonly inBlock?: true;
  readonly place: SourcePlace;
}

/** Tasks that belong together: `rescue` runs if one of `tasks` failed, `always` in either case. */
export interface Block {
  readonly name?: string;
  readonly tasks: readonly Step[];
  readonly rescue: readonly Step[];
  readonly always: readonly Step[];
  readonly place: SourcePlace;
}

/** What a list of tasks holds. */
export type Step = Task | Block;

/** One play: a list of tasks for a set of hosts. */
export interface Play {
  readonly name: string;
  /** Host pattern: names, groups, globs, ranges; `:&` and `:!` as in Ansible. */
  readonly hosts: string;
  readonly vars: JsonObject;
  readonly become?: boolean;
  readonly tags: readonly string[];
  /** How it goes over its hosts; without it all at once, and nothing on one host stops the others. */
  readonly rollout?: Rollout;
  /** All of its tasks in the order of their numbers, those of blocks and the handlers too. */
  readonly tasks: readonly Task[];
  /** How the tasks hang together; absent: one after the other. */
  readonly steps?: readonly Step[];
  /** Tasks that run at the end of the others, once, if one of those notified them; in this order. */
  readonly handlers?: readonly Task[];
  readonly place: SourcePlace;
}

/** A playbook that has been read without mistakes. */
export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
  /** Every variable that one of its expressions reads. */
  readonly reads: ReadonlySet<string>;
}

/** True if a step is a block, and no task. */
export function isBlock(step: Step): step is Block {
  return 'rescue' in step;
}

/** Every task of a list of steps, those inside blocks too, in the order of their numbers. */
export function tasksOf(steps: readonly Step[]): readonly Task[] {
  return steps.flatMap((step) => (isBlock(step) ? tasksOf([...step.tasks, ...step.rescue, ...step.always]) : [step]));
}

/** The tasks of a list of steps that run if nothing fails, those inside blocks too. */
export function plainTasksOf(steps: readonly Step[]): readonly Task[] {
  return steps.flatMap((step) => (isBlock(step) ? plainTasksOf([...step.tasks, ...step.always]) : [step]));
}
