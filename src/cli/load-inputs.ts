import { readdirSync, statSync } from 'node:fs';
import { type ExtraVars, readExtraVars } from '../config/extra-vars.ts';
import { readLimit } from '../config/host-pattern.ts';
import { loadInventory } from '../config/inventory.ts';
import type { Inventory } from '../config/inventory-model.ts';
import { loadPlaybook } from '../config/playbook.ts';
import type { Playbook } from '../config/playbook-model.ts';
import { fileReader, readFailure } from '../config/text-reader.ts';
import { refuseUnreadVars } from '../config/unread-vars.ts';
import { MistakesError, UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { MODULES } from '../modules/registry.ts';
import type { Given } from './given.ts';
import { hookCompiler } from './hook-compiler.ts';

/** What a run reads on this side before any host is touched. */
export interface Inputs {
  readonly inventory: Inventory;
  readonly extraVars: ExtraVars;
  readonly limit?: string;
}

/** A playbook, and the text that it was read from. */
export interface PlaybookFile {
  readonly playbook: Playbook;
  readonly playbookText: string;
}

/** The inventory, the variables and the limit that the options name. */
export function loadInputs(given: Given): Inputs {
  const sources = given.list('inventory');
  if (sources.length === 0) {
    throw new UnbusyError('E_USAGE', 'no inventory was given', {
      hint: 'Give a file, -i hosts.yml, or hosts with a comma, -i host1,host2, or set UNBUSY_INVENTORY.',
    });
  }
  const [inventory, extraVars] = together(
    () => loadInventory(sources, fileReader),
    () => readExtraVars(given.list('extra-vars'), fileReader),
  );
  const limit = given.text('limit');
  return { inventory, extraVars, ...(limit === undefined ? {} : { limit: readLimit(limit, readText) }) };
}

/** What is surprising in an inventory, one line each, with its place. */
export function noticesOf(inventory: Inventory): readonly string[] {
  return (inventory.notices ?? []).map(({ text, place }) =>
    place === undefined ? text : `${place.file}:${place.line}: ${text}`,
  );
}

/** A playbook with the inventory that it meets: mistakes of both are thrown at once, names are checked against both. */
export function loadPlaybookAndInputs(
  file: string,
  given: Given,
  onInputs?: (inputs: Inputs) => void,
): Inputs & PlaybookFile {
  const text = readText(file);
  let known: { readonly knownNames: ReadonlySet<string>; readonly extraVars: JsonObject } | undefined;
  const [inputs, playbook] = together(
    () => {
      const loaded = loadInputs(given);
      onInputs?.(loaded);
      const { vars } = loaded.extraVars;
      known = { knownNames: new Set([...Object.keys(vars), ...inventoryNames(loaded.inventory)]), extraVars: vars };
      return loaded;
    },
    () => loadPlaybook(file, text, MODULES, { ...known, compileHook: hookCompiler(file) }),
  );
  refuseUnreadVars(inputs.extraVars, playbook, inventoryNames(inputs.inventory));
  return { ...inputs, playbook, playbookText: text };
}

function inventoryNames(inventory: Inventory): ReadonlySet<string> {
  return new Set([...inventory.hosts.values()].flatMap((host) => Object.keys(host.vars)));
}

/** The text of a file that the command line names. */
export function readText(path: string): string {
  try {
    return fileReader.read(path);
  } catch (error) {
    const hint = playbookHint(path);
    throw new UnbusyError('E_USAGE', `${path} cannot be read: ${readFailure(error)}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** Whoever names a folder means a file in it. */
function playbookHint(path: string): string | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  const files = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
  return files.length === 0 ? undefined : `Name one of the files in it: ${files.sort().slice(0, 12).join(', ')}.`;
}

/** Both results, or the mistakes of both; an error that is no list of mistakes goes first. */
function together<A, B>(first: () => A, second: () => B): readonly [A, B] {
  const mistakes: UnbusyError[] = [];
  const collect = <T>(load: () => T): T | undefined => {
    try {
      return load();
    } catch (error) {
      if (error instanceof MistakesError) mistakes.push(...error.mistakes);
      else if (error instanceof UnbusyError) mistakes.push(error);
      else throw error;
      return undefined;
    }
  };
  const [a, b] = [collect(first), collect(second)];
  const [only] = mistakes;
  if (mistakes.length === 1 && only !== undefined) throw only;
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return [a as A, b as B];
}
