import { MistakesError, UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { ModuleFacts } from './playbook-model.ts';
import { z } from './schema.ts';

/** A playbook as one sh file for hosts without Node. */
export interface CompiledHook {
  /** File name of the playbook, without its directory. */
  readonly playbook: string;
  readonly text: string;
}

/**
 * Makes the hook of a playbook's file with these variables; a relative path counts from the playbook that names it.
 * Throws UnbusyError or MistakesError for what cannot be read or compiled. It is handed in: compilation lies above.
 */
export type CompileHook = (file: string, vars: JsonObject) => CompiledHook;

/** True for what the loader has made of a parameter that names a playbook. */
export function isCompiledHook(value: unknown): value is CompiledHook {
  return typeof value === 'object' && value !== null && 'playbook' in value && 'text' in value;
}

/**
 * A parameter that names a playbook's file. In a playbook it is text; a module is given the `CompiledHook` that the loader
 * made of it. The schema takes both, so that it can be applied before and after.
 */
export function hookSchema(): z.ZodType<CompiledHook> {
  return z
    .any()
    .refine((value) => (typeof value === 'string' && value !== '') || isCompiledHook(value), {
      message: 'must be the path of a playbook',
    })
    .meta({ title: 'path of a playbook', type: 'string' }) as unknown as z.ZodType<CompiledHook>;
}

/** Parameters with their hook, or why it cannot be made. */
export type WithHook =
  | { readonly kind: 'known'; readonly params: unknown }
  | { readonly kind: 'invalid'; readonly why: string; readonly hint?: string };

/** Puts the hook in the place of the file's name; of a module that compiles nothing, the parameters as they are. */
export function withHook(module: ModuleFacts, params: unknown, compile: CompileHook | undefined): WithHook {
  if (module.compiles === undefined) return { kind: 'known', params };
  const { playbook, vars } = module.compiles;
  const given = params as Readonly<Record<string, unknown>>;
  const file = given[playbook];
  if (typeof file !== 'string') return { kind: 'known', params };
  const failed = `${playbook}: ${file} cannot be compiled`;
  if (compile === undefined) return { kind: 'invalid', why: `${failed} here` };
  try {
    return { kind: 'known', params: { ...given, [playbook]: compile(file, (given[vars] ?? {}) as JsonObject) } };
  } catch (error) {
    const [first, ...rest] = mistakesOf(error);
    if (first === undefined) throw error;
    const place = first.place === undefined ? '' : `${first.place.file}:${first.place.line}: `;
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
    const hint = first.hint === undefined ? {} : { hint: first.hint };
    return { kind: 'invalid', why: `${failed}: ${place}${first.message}${more}`, ...hint };
  }
}

function mistakesOf(error: unknown): readonly UnbusyError[] {
  if (error instanceof MistakesError) return error.mistakes;
  return error instanceof UnbusyError ? [error] : [];
}
