import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import { isDone } from '../engine/resumption.ts';
import { EVENT_FILE } from '../journal/event-file.ts';
import { type RunState, readRunState } from '../journal/read-events.ts';
import { idOf, matchingRuns } from '../journal/run-id.ts';
import { listRuns, type RunInputs, readInputs } from '../journal/runs-folder.ts';

/** A recorded run with where it stands. */
export interface RecordedRun {
  readonly name: string;
  readonly directory: string;
  readonly inputs: RunInputs;
  readonly state: RunState;
}

/** The run that a word means, or the newest one that has something left. Throws E_USAGE if there is none, or more than one. */
export function findRun(folder: string, word: string | undefined): RecordedRun {
  const names = listRuns(folder);
  if (word === undefined) {
    for (const name of names) {
      const run = readRun(folder, name);
      if (run !== undefined && leftOf(run).length > 0) return run;
    }
    throw new UnbusyError('E_USAGE', `no run in ${folder} has anything left to do`, {
      hint: 'Begin one with `unbusy run`.',
    });
  }
  const [name, other] = matchingRuns(names, word);
  if (name === undefined) throw unknownRun(folder, names, word);
  if (other !== undefined)
    throw new UnbusyError('E_USAGE', `"${word}" means several runs: ${matchingRuns(names, word).join(', ')}`);
  const run = readRun(folder, name);
  if (run !== undefined) return run;
  throw new UnbusyError('E_USAGE', `the record in ${join(folder, name)} cannot be read, or nothing had begun`, {
    hint: 'Begin anew with `unbusy run`: it looks first, and does nothing twice.',
  });
}

/** The hosts of a run that have not ended well. */
export function leftOf({ state }: RecordedRun): readonly string[] {
  return state.hosts.filter((host) => !isDone(state.results.get(host)));
}

/** A recorded run as far as it can be read; undefined if it never began. */
export function readRun(folder: string, name: string): RecordedRun | undefined {
  const directory = join(folder, name);
  const inputs = readInputs(directory);
  if (inputs === undefined || !existsSync(join(directory, EVENT_FILE))) return undefined;
  const state = readRunState(directory);
  return state.hosts.length === 0 ? undefined : { name, directory, inputs, state };
}

function unknownRun(folder: string, names: readonly string[], word: string): UnbusyError {
  const ids = names.flatMap((name) => idOf(name) ?? []);
  const near = nearest(word, ids);
  const newest = ids.slice(0, 3).join(', ');
  const hint = near === undefined ? `The newest are: ${newest}.` : `Did you mean ${near}?`;
  return new UnbusyError('E_USAGE', `there is no run "${word}" in ${folder}`, ids.length === 0 ? {} : { hint });
}

/** Throws E_USAGE if a run would go on with other inputs than it began with. */
export function refuseChanged({ inputs }: RecordedRun, now: RunInputs['hashes']): void {
  const changed = (['playbook', 'inventory', 'variables'] as const).filter((what) => inputs.hashes[what] !== now[what]);
  if (changed.length === 0) return;
  throw new UnbusyError('E_USAGE', `the ${changed.join(' and the ')} of this run changed since it began`, {
    hint: `Begin anew: ${inputs.command} - or go on with what is there now: --force. Hosts that ended well are left alone then too.`,
  });
}
