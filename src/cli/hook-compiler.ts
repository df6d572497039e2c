import { basename, dirname, isAbsolute, join } from 'node:path';
import { hookOfPlaybook } from '../compile/hook-of-playbook.ts';
import type { CompiledHook, CompileHook } from '../config/compiled-hook.ts';
import { fileReader, readFailure } from '../config/text-reader.ts';
import { UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { MODULES } from '../modules/registry.ts';
import { VERSION } from './version.ts';

/** Unless whoever starts the hook gives --budget. */
const BUDGET_SECONDS = 60;

/** Compiles playbooks that a task of this playbook names; equal ones once, for each host asks again. */
export function hookCompiler(playbookFile: string): CompileHook {
  const made = new Map<string, CompiledHook>();
  return (file, vars) => {
    const key = JSON.stringify([file, vars]);
    const hook = made.get(key) ?? compile(isAbsolute(file) ? file : join(dirname(playbookFile), file), vars);
    made.set(key, hook);
    return hook;
  };
}

function compile(file: string, vars: JsonObject): CompiledHook {
  const origin = Object.fromEntries(Object.keys(vars).map((name) => [name, 'vars']));
  const source = { file, text: read(file), extraVars: { vars, origin }, modules: MODULES };
  const text = hookOfPlaybook({ ...source, version: VERSION, budgetSeconds: BUDGET_SECONDS });
  return { playbook: basename(file), text };
}

function read(file: string): string {
  try {
    return fileReader.read(file);
  } catch (error) {
    throw new UnbusyError('E_USAGE', `${file} cannot be read: ${readFailure(error)}`, {
      hint: 'A relative path counts from the playbook that names it.',
      cause: error,
    });
  }
}
