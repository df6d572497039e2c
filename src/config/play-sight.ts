import type { Json } from '../core/json.ts';
import type { CompileHook } from './compiled-hook.ts';
import type { NamesInSight } from './expression-names.ts';
import type { Mistakes } from './mistakes.ts';
import type { CompiledCondition, ModuleFacts } from './playbook-model.ts';
import type { SourceText } from './source-text.ts';

/** What the tasks of one play may refer to; `registered` grows from task to task. */
export interface PlaySight {
  readonly variables: ReadonlySet<string> | undefined;
  readonly playVars: ReadonlySet<string>;
  /** Values of the play's vars and of -e that nothing overrides. */
  readonly fixed: ReadonlyMap<string, Json>;
  readonly registered: ReadonlySet<string>;
  /** What earlier plays register. */
  readonly earlier: ReadonlySet<string>;
  /** Every name that is registered up to the end of the play. */
  readonly all: ReadonlySet<string>;
  /** Every name that an expression reads so far. */
  readonly read: Set<string>;
  /** Names of the play's handlers. */
  readonly handlers: readonly string[];
}

/** What a task takes from where it stands: a block around it, the list of handlers. */
export interface Surroundings {
  readonly when: readonly CompiledCondition[];
  readonly become?: boolean;
  readonly tags: readonly string[];
  readonly standby?: 'rescue' | 'handler';
  readonly inBlock?: true;
  /** Names that exist only there. */
  readonly locals: ReadonlySet<string>;
}

/** What is handed through while a playbook is read. */
export interface Reading {
  readonly modules: ReadonlyMap<string, ModuleFacts>;
  readonly source: SourceText;
  readonly mistakes: Mistakes;
  readonly compileHook?: CompileHook | undefined;
}

/** Names that exist at one place of a play. */
export function namesAt(sight: PlaySight, locals: ReadonlySet<string>): NamesInSight {
  const later = new Set([...sight.all].filter((name) => !sight.registered.has(name)));
  const { variables, playVars, registered, earlier, read } = sight;
  return { variables, playVars, registered, earlier, later, read, locals };
}
