import type { Again } from '../report/next-step.ts';
import type { CommandSpec } from './command.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import type { PlaybookFile } from './load-inputs.ts';
import { type Recording, recordNewRun } from './recording.ts';
import type { Redaction } from './redaction.ts';
import { runInputsOf } from './run-inputs.ts';
import { guardSecrets } from './run-secrets.ts';
import type { Selection } from './selection.ts';

/** What a run has while it is recorded. */
export interface Recorded {
  /** Notes every secret that comes up. */
  readonly io: Io;
  readonly redaction: Redaction;
  /** Missing where no record can be made; `notices` says why. */
  readonly recording?: Recording;
  readonly notices: readonly string[];
}

/** Does a new run with a record from which `resume` goes on; a check has none, for there is nothing to go on from. */
export async function withRecord<T>(
  io: Io,
  given: Given,
  run: { readonly spec: CommandSpec; readonly file: string; readonly again: Again },
  selection: Selection & PlaybookFile,
  work: (recorded: Recorded) => Promise<T>,
): Promise<T> {
  const facts = { version: io.version, nowMs: io.clock.now(), command: run.again({}) };
  const inputs = runInputsOf(run.spec, given, run.file, selection, facts);
  const { io: guarded, redaction } = guardSecrets(io, selection);
  const notices: string[] = [];
  const say = (text: string) => void notices.push(text);
  const recording = given.has('check')
    ? undefined
    : recordNewRun(io, given, inputs, selection.playbookText, redaction, say);
  try {
    return await work({ io: guarded, redaction, notices, ...(recording === undefined ? {} : { recording }) });
  } finally {
    recording?.close();
  }
}
