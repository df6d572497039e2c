import type { z } from '../config/schema.ts';
import type { Program, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import type { Finding } from '../core/findings.ts';
import type { JsonObject } from '../core/json.ts';
import type { Change, ChangeReport, Gap, Refusal, Risk } from '../core/results.ts';

/** What looking gave: a state with the gaps in it, or nothing that may be relied on. */
export type Observed<State> =
  | { readonly kind: 'known'; readonly state: State; readonly gaps: readonly Gap[] }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** What the host said to a step. `stale`: it no longer looked as the witness says, and nothing was done. */
export type Applied =
  | {
      readonly kind: 'done';
      readonly note?: string;
      /** What is left for a person to do, one thing each; starts with a verb. */
      readonly leaves?: readonly string[];
      readonly result?: JsonObject;
    }
  | { readonly kind: 'stale'; readonly found: string }
  | { readonly kind: 'busy'; readonly by: string }
  | { readonly kind: 'denied'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: UnbusyError }
  | { readonly kind: 'unknown'; readonly error: UnbusyError };

/** What looking again says about a step. `unseen`: there was nothing to look at, and the step's own word stands. */
export type Verdict =
  | { readonly kind: 'as-wanted'; readonly unseen?: true }
  | { readonly kind: 'not-yet'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** What became of the changes of earlier rounds of this task, by change id; a ladder takes its next rung from it. */
export type Tried = ReadonlyMap<string, Applied | Verdict>;

/** A parameter that holds a condition: its text, and its truth once evaluated with what is known then. */
export interface Condition {
  readonly text: string;
  test(
    extra: JsonObject,
  ): { readonly kind: 'true' } | { readonly kind: 'false' } | { readonly kind: 'unknown'; readonly why: string };
}

/**
 * How a compiled hook does a task on a host without Node: `program` is called with `args`, quoted, and calls those of `calls`
 * by their names; or why it cannot.
 */
export type HookPart =
  | { readonly program: Program; readonly args: readonly string[]; readonly calls: readonly Program[] }
  | { readonly cannot: string; readonly hint: string };

/**
 * What a playbook can ask for. Always observe → plan → apply → verify; check mode stops after plan, and no verb
 * knows about it. After the changes of one round were applied, the engine observes and plans again until the plan
 * is empty or holds only what was tried.
 */
export interface Module<Params = unknown, State = unknown, C extends Change = Change> {
  readonly name: string;
  /** One sentence; `doc` prints it. */
  readonly summary: string;
  /** The schema is the documentation: each field carries .describe(). Lazy (z.lazy), as each start loads every module. */
  readonly params: z.ZodType<Params>;
  /** Names of parameters that hold a condition, or a list of them; the engine gives `Condition` values for them. */
  readonly conditions?: readonly string[];
  /** Name of the parameter that names a playbook's file, and of the one with variables for it; the loader gives a `CompiledHook` for the first. */
  readonly compiles?: { readonly playbook: string; readonly vars: string };
  /** True if nothing on the host may be touched without root. */
  readonly needsRoot: boolean;
  /** Reads the host and changes nothing. */
  observe(host: Session, params: Params): Promise<Observed<State>>;
  /** The same for several tasks at once, where that costs the host less; the answers stand in the order of the parameters. */
  observeEach?(host: Session, params: readonly Params[]): Promise<readonly Observed<State>[]>;
  /** Pure and sorted. Empty: as wanted. */
  plan(state: State, params: Params, tried: Tried): readonly C[];
  /** Pure: steps that will not be taken, and why. */
  refusals?(state: State, params: Params, tried: Tried): readonly Refusal[];
  /** One change, which the host checks against its witness right before. */
  apply(host: Session, change: C, params: Params): Promise<Applied>;
  /** Pure, over a second observe. `before` is the state the change was planned on. */
  verify(after: State, change: C, before: State): Verdict;
  /** What `register` and --json give. */
  result(state: State): JsonObject;
  /** What a scan shows of this state; after a run, which `changes` led to it. */
  findings?(state: State, changes?: readonly ChangeReport[]): readonly Finding[];
  /** Why what is configured is not in effect yet; handlers run for it as for a change, so that a run that was cut before them is finished by the next one. */
  unsettled?(state: State, params: Params): string | undefined;
  /**
   * Whether a task may be looked at ahead of its turn. `own-code`: looking runs something of the user's, which inside a
   * block has its turn. `acts`: it will act whatever is seen, so that to look at what comes after it would be in vain.
   * Absent: it may.
   */
  foresight?(params: Params): 'free' | 'own-code' | 'acts';
  /** Hosts of equal signature may stand for each other as canaries. */
  signature?(state: State): string;
  /** The dangerous risks that a task with these parameters may come to need; a run without anyone to confirm them is refused before it connects. */
  dangers?(params: Params): readonly Risk[];
  /** The parameters that `dangers` reads: with these it can be told although others are not known yet. */
  readonly dangerParams?: readonly string[];
  /** Pure. The task for a compiled hook; absent: it cannot be compiled. */
  hook?(params: Params): HookPart;
}

/** Gives a module its types without widening them. */
export function defineModule<Params, State, C extends Change>(
  module: Module<Params, State, C>,
): Module<Params, State, C> {
  return module;
}

/** Why a mount is still there after a step that should have freed it. */
export function unmountTrouble(what: Applied | Verdict): string {
  switch (what.kind) {
    case 'busy':
      return what.by;
    case 'stale':
      return `it changed meanwhile: ${what.found}`;
    case 'failed':
    case 'unknown':
      return 'error' in what ? what.error.message : what.why;
    case 'denied':
    case 'not-yet':
      return what.why;
    default:
      return 'it was done, and the mount is still there';
  }
}
