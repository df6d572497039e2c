import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Inventory } from '../config/inventory-model.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunInputs } from '../journal/runs-folder.ts';
import type { CommandSpec } from './command.ts';
import type { Given, RawValue } from './given.ts';
import { holdsSecret } from './secret-names.ts';
import type { Selection } from './selection.ts';

/** Options that belong to one start of a run, not to the run: how it is told, and what was allowed then. */
const NOT_KEPT: ReadonlySet<string> = new Set([
  ...['yes', 'diff', 'json', 'jsonl', 'verbose', 'quiet', 'color', 'run-dir'],
  ...['cron', 'notify-on', 'lock-wait', 'splay', 'every', 'metrics', 'keep'],
  // These two are kept as what they came to.
  ...['extra-vars', 'limit'],
]);

/** What a run begins with, for its record: enough to begin it again, and nothing secret. */
export function runInputsOf(
  spec: CommandSpec,
  given: Given,
  file: string,
  selection: Selection & { readonly playbookText: string },
  facts: { readonly version: string; readonly nowMs: number; readonly command: string },
): RunInputs {
  const { extraVars, limit } = selection;
  const { vars } = extraVars;
  const withheld = Object.keys(vars).filter((name) => holdsSecret(name, vars[name] ?? null));
  const kept = Object.fromEntries(Object.entries(vars).filter(([name]) => !withheld.includes(name)));
  return {
    schema: 'unbusy/run-inputs/1',
    version: facts.version,
    startedAt: new Date(facts.nowMs).toISOString(),
    command: facts.command,
    options: { ...optionsOf(spec, given, kept), ...(limit === undefined ? {} : { limit }) },
    withheld,
    playbook: resolve(file),
    hashes: hashesOf(selection),
  };
}

/** SHA-256 of what a run is made from; variables that look like secrets are not in it, so that nobody can guess at them. */
export function hashesOf({
  playbookText,
  inventory,
  extraVars: { vars },
}: Selection & { readonly playbookText: string }): RunInputs['hashes'] {
  const open = Object.entries(vars).filter(([name, value]) => !holdsSecret(name, value));
  return {
    playbook: sha256(playbookText),
    inventory: sha256(JSON.stringify(hostsOf(inventory))),
    variables: sha256(JSON.stringify(open.sort(([a], [b]) => (a < b ? -1 : 1)))),
  };
}

function hostsOf({ hosts }: Inventory): readonly unknown[] {
  return [...hosts.values()].map(({ name, groups, target, vars }) => [name, groups, target, vars]);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Options as they were given or stood in the environment, so that they hold from any directory and at any time. */
function optionsOf(spec: CommandSpec, given: Given, vars: JsonObject): RunInputs['options'] {
  const options: Record<string, RawValue> = {};
  for (const { name, kind, env, completes } of spec.options) {
    if (NOT_KEPT.has(name)) continue;
    const value = given.typed.get(name) ?? (env === undefined ? undefined : fromEnvironment(given, name, kind));
    if (value !== undefined && value !== false) options[name] = completes === 'file' ? absolute(name, value) : value;
  }
  return Object.keys(vars).length === 0 ? options : { ...options, 'extra-vars': [JSON.stringify(vars)] };
}

function fromEnvironment(given: Given, name: string, kind: string): RawValue | undefined {
  if (kind === 'list') return given.list(name).length === 0 ? undefined : given.list(name);
  return given.text(name);
}

/** Files by their absolute paths; a list of hosts holds a comma and is no file. */
function absolute(name: string, value: RawValue): RawValue {
  if (typeof value === 'string') return resolve(value);
  if (!Array.isArray(value)) return value;
  return value.map((each: string) => (name === 'inventory' && each.includes(',') ? each : resolve(each)));
}
