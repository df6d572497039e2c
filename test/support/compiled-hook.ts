import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { hookFile } from '../../src/compile/hook-file.ts';
import { hookTasks } from '../../src/compile/hook-tasks.ts';
import { loadPlaybook } from '../../src/config/playbook.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { MODULES } from '../../src/modules/registry.ts';

/** The shipped sweep as a hook, with these variables. */
export function sweepHook(vars: JsonObject = {}): string {
  return shippedHook('sweep-dead.yml', vars);
}

/** The shipped playbook for one product as a hook, with these variables. */
export function productHook(vars: JsonObject): string {
  return shippedHook('pre-uninstall.yml', vars);
}

function shippedHook(name: string, vars: JsonObject): string {
  const file = resolve(import.meta.dirname, '../../playbooks', name);
  return compiledHook(name, readFileSync(file, 'utf8'), vars);
}

/** A playbook's text as a hook. Throws MistakesError for what cannot be compiled. */
export function compiledHook(file: string, text: string, vars: JsonObject = {}): string {
  const known = { knownNames: new Set(Object.keys(vars)), extraVars: vars };
  const playbook = loadPlaybook(file, text, MODULES, known);
  const origin = { version: '0.0.0-test', playbook: file, playbookText: text, budgetSeconds: 60 };
  return hookFile(hookTasks(playbook, vars, MODULES), origin);
}
