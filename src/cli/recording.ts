import { rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import { EventFile } from '../journal/event-file.ts';
import { pointLatest } from '../journal/retention.ts';
import { idOf } from '../journal/run-id.ts';
import { lockRun } from '../journal/run-lock.ts';
import { createRun, defaultRunsFolder, type RunInputs } from '../journal/runs-folder.ts';
import { jsonlListener } from '../report/jsonl.ts';
import type { Listener } from '../report/listener.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import { keepOf, pruneOldRuns } from './kept-runs.ts';
import type { OptionSpec } from './option.ts';
import type { Redaction } from './redaction.ts';

/** Where runs are recorded. */
export const RUN_DIR_OPTION: OptionSpec = {
  name: 'run-dir',
  kind: 'text',
  value: 'folder',
  help: 'Folder for the records of runs; without it $XDG_STATE_HOME/unbusy/runs, else ~/.local/state/unbusy/runs.',
  env: 'UNBUSY_RUN_DIR',
  completes: 'file',
};

/** The record of a run that is being made. */
export interface Recording {
  readonly id: string;
  readonly directory: string;
  readonly listener: Listener;
  /** Who is told when it cannot be written any more. */
  tellTo(say: (text: string) => void): void;
  /** True once the run has begun, so that there is something to go on from. */
  begun(): boolean;
  /** Lets go of the run; the record of a new run that never began is removed. */
  close(): void;
}

/** The folder of the records; undefined if nothing says where it is. */
export function runsFolder(io: Io, given: Given): string | undefined {
  const typed = given.text('run-dir');
  return typed === undefined ? defaultRunsFolder(io.env) : resolve(typed);
}

/**
 * Begins the record of a new run. Where that is not possible the run goes on without, and `say` is told why; but a folder
 * that was asked for must work: E_USAGE.
 */
export function recordNewRun(
  io: Io,
  given: Given,
  inputs: RunInputs,
  playbookText: string,
  redaction: Redaction,
  say: (text: string) => void,
): Recording | undefined {
  const folder = runsFolder(io, given);
  const keep = keepOf(given);
  try {
    if (folder === undefined) throw new Error('neither XDG_STATE_HOME nor HOME is set');
    const directory = createRun(folder, io.clock.now(), inputs, playbookText);
    const recording = recordInto(io, given, directory, redaction);
    pruneOldRuns(io, folder, keep);
    return { ...recording, close: () => closeNew(recording) };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    if (given.text('run-dir') !== undefined)
      throw new UnbusyError('E_USAGE', `the run cannot be recorded in ${folder}: ${why}`, { cause: thrown });
    say(`This run is not recorded, and cannot be resumed: ${why}`);
    return undefined;
  }
}

function closeNew(recording: Recording): void {
  recording.close();
  if (!recording.begun()) rmSync(recording.directory, { recursive: true, force: true });
}

/** Goes on with the record of a run. Throws E_LOCK if another process works on it. */
export function recordInto(io: Io, given: Given, directory: string, redaction: Redaction): Recording {
  const release = lockRun(directory, io.clock.now());
  let tell: ((text: string) => void) | undefined;
  const file = new EventFile(directory, (error) => tell?.(`The record of this run ends here: ${error.message}`));
  const write = (text: string) => file.append(text);
  const lines = jsonlListener(write, io.clock, given.has('diff'));
  let begun = false;
  const handle = (event: RunEvent) => {
    if (event.kind === 'run-start') {
      begun = true;
      pointLatest(directory);
    }
    lines.handle(redaction.hide(event));
    if (event.kind === 'host-end' || event.kind === 'batch-end') file.sync();
    // While there is still somebody to tell of trouble; close() has the disk take it.
    if (event.kind === 'run-end') file.flush();
  };
  const name = basename(directory);
  return {
    id: idOf(name) ?? name,
    directory,
    listener: { handle, close: async () => undefined },
    tellTo: (say) => {
      tell = say;
    },
    begun: () => begun,
    close: () => {
      file.close();
      release();
    },
  };
}
