import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { idOf, newRunName } from './run-id.ts';

/** What a run began with; `command` holds no secrets. Schema `unbusy/run-inputs/1`. */
export interface RunInputs {
  readonly schema: 'unbusy/run-inputs/1';
  readonly version: string;
  readonly startedAt: string;
  /** As it can be typed again. */
  readonly command: string;
  /** The options as they were given, files by their absolute paths. */
  readonly options: Readonly<Record<string, boolean | number | string | readonly string[]>>;
  /** Variables of -e whose values were left out. */
  readonly withheld: readonly string[];
  /** Absolute path. */
  readonly playbook: string;
  /** SHA-256 of what the run was made from, in hex. */
  readonly hashes: { readonly playbook: string; readonly inventory: string; readonly variables: string };
}

const INPUTS = 'inputs.json';

/**
 * Where runs are recorded: $XDG_STATE_HOME/unbusy/runs, else ~/.local/state/unbusy/runs (XDG Base Directory
 * Specification: a relative path there is ignored); undefined if neither variable is set.
 */
export function defaultRunsFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const state = env.XDG_STATE_HOME ?? '';
  if (isAbsolute(state)) return join(state, 'unbusy', 'runs');
  const home = env.HOME ?? '';
  return isAbsolute(home) ? join(home, '.local', 'state', 'unbusy', 'runs') : undefined;
}

/** Makes the directory of a new run, which only its owner can read, and writes down what it began with. Throws what the file system says. */
export function createRun(folder: string, nowMs: number, inputs: RunInputs, playbookText: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (;;) {
    const directory = join(folder, newRunName(nowMs));
    try {
      mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    chmodSync(directory, 0o700);
    writeFileSync(join(directory, 'playbook.yml'), playbookText, { mode: 0o600 });
    writeFileSync(join(directory, INPUTS), `${JSON.stringify(inputs, null, 2)}\n`, { mode: 0o600 });
    return directory;
  }
}

/** The names of the runs in a folder, the newest first; none if there is no such folder. */
export function listRuns(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => idOf(name) !== undefined && existsSync(join(folder, name, INPUTS)))
    .sort()
    .reverse();
}

/** What a run began with; undefined if its file cannot be read as that. */
export function readInputs(directory: string): RunInputs | undefined {
  try {
    const inputs = JSON.parse(readFileSync(join(directory, INPUTS), 'utf8')) as RunInputs;
    return inputs.schema === 'unbusy/run-inputs/1' ? inputs : undefined;
  } catch {
    return undefined;
  }
}
