import { join } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { KEEP_FORMS, type Keep, parseKeep, pruneRuns } from '../journal/retention.ts';
import { listRuns, type RunInputs, readInputs } from '../journal/runs-folder.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import { leftOf, readRun } from './resumption.ts';

/** How long records of runs are kept. */
export const KEEP_OPTION: OptionSpec = {
  name: 'keep',
  kind: 'text',
  value: 'limits',
  help: `How many records of runs are kept: ${KEEP_FORMS}. Never removed: what runs, and the newest run of a command that has hosts left to resume.`,
  fallback: '30d,1GB,1000',
  env: 'UNBUSY_KEEP',
};

/** The limits that the options give. Throws E_USAGE for words that are none. */
export function keepOf(given: Given): Keep {
  const text = given.text('keep') ?? '';
  const keep = parseKeep(text);
  if (keep === undefined) throw new UnbusyError('E_USAGE', `--keep "${text}" is not valid: give ${KEEP_FORMS}`);
  return keep;
}

/** Removes old records; what can still be resumed stays until the same command has been run again. */
export function pruneOldRuns(io: Io, folder: string, keep: Keep): void {
  const newest = newestOfCommands(folder);
  pruneRuns(folder, keep, io.clock.now(), (name) => {
    const run = readRun(folder, name);
    return run !== undefined && leftOf(run).length > 0 && newest().get(commandOf(run.inputs)) === name;
  });
}

/** The newest run of each command; read only once something depends on it. */
function newestOfCommands(folder: string): () => ReadonlyMap<string, string> {
  let newest: Map<string, string> | undefined;
  return () => {
    if (newest !== undefined) return newest;
    newest = new Map();
    for (const name of listRuns(folder)) {
      const inputs = readInputs(join(folder, name));
      const command = inputs === undefined ? name : commandOf(inputs);
      if (!newest.has(command)) newest.set(command, name);
    }
    return newest;
  };
}

function commandOf({ playbook, options }: RunInputs): string {
  return JSON.stringify([playbook, Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))]);
}
