import type { SshConfig } from '../connection/connect.ts';
import type { HostResult, RunReport } from '../core/results.ts';
import type { Resumption } from '../engine/resumption.ts';
import { diffLines } from '../report/diff-view.ts';
import { unknownKeyLines } from '../report/host-keys.ts';
import type { Listener } from '../report/listener.ts';
import type { Again } from '../report/next-step.ts';
import { planLines } from '../report/plan-view.ts';
import { isToldWhole } from '../report/story.ts';
import { renderSummary } from '../report/summary.ts';
import { resumeAgain } from './again.ts';
import { consentOf } from './confirmation.ts';
import { execute } from './execute.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import { readTogether, styleFor } from './look.ts';
import type { Recording } from './recording.ts';
import { allListeners, machineListeners, progressListener, verbosityOf } from './reporters.ts';
import type { Selection } from './selection.ts';

/** Plans are listed in full up to so many hosts, or with -v or -D. */
const FULL_PLAN_HOSTS = 10;

/** What a run may have besides its options. */
export interface RunExtras {
  /** Makes the next command. */
  readonly again?: Again;
  /** Its record on disk. */
  readonly recording?: Recording;
  readonly resumption?: Resumption;
  /** ssh_config, where it was asked ahead. */
  readonly sshConfig?: SshConfig;
  /** Told before it begins. */
  readonly notices?: readonly string[];
  /** Who listens besides. */
  readonly listeners?: readonly Listener[];
}

/** Runs or checks, tells it while it happens, prints the result, and gives the exit code. */
export async function runAndPrint(io: Io, selection: Selection, given: Given, extras: RunExtras = {}): Promise<number> {
  const telling = [...machineListeners(io, given), progressListener(io, given)];
  const report = await runAndTell(io, selection, given, telling, extras);
  if (given.has('json') || given.has('jsonl')) return report.exitCode;
  const lines = resultLines(io, given, report, extras);
  if (lines.length > 0) io.out.write(`${lines.join('\n')}\n`);
  return report.exitCode;
}

/** Runs or checks, its events going to these listeners, and gives the report. */
export async function runAndTell(
  io: Io,
  selection: Selection,
  given: Given,
  telling: readonly Listener[],
  { recording, resumption, sshConfig, notices = [], listeners = [] }: RunExtras,
): Promise<RunReport> {
  const recorded = recording === undefined ? [] : [recording.listener];
  const listener = allListeners([...telling, ...recorded, ...listeners]);
  const tell = (text: string) => listener.handle({ kind: 'notice', text });
  recording?.tellTo(tell);
  for (const text of notices) tell(text);
  return execute(io, given, selection, given.has('check') ? 'check' : 'run', listener, {
    consent: consentOf(io, given),
    ...(recording === undefined ? {} : { run: recording.id }),
    ...(resumption === undefined ? {} : { resumption }),
    ...(sshConfig === undefined ? {} : { sshConfig }),
  });
}

/** The result for a person: pending changes, diffs, unknown keys, the recap. A quiet run that went well says nothing. */
function resultLines(io: Io, given: Given, report: RunReport, { again, recording }: RunExtras): readonly string[] {
  const style = styleFor(io, given, io.out);
  const quiet = given.has('quiet');
  const diff = given.has('diff');
  const full = report.hosts.length <= FULL_PLAN_HOSTS || verbosityOf(given) > 0 || diff;
  const options = {
    ...{ style, columns: io.out.columns() },
    ...(readTogether(io) ? { told: (host: HostResult) => isToldWhole(host, report.hosts.length) } : {}),
    ...(again === undefined ? {} : { again }),
    ...(recording === undefined ? {} : { resume: resumeAgain(given, recording) }),
  };
  return [
    ...(report.mode === 'check' && full && !quiet ? planLines(report.hosts, style) : []),
    ...(diff ? diffLines(report.hosts, style) : []),
    ...unknownKeyLines(report.hosts),
    ...(quiet && report.exitCode === 0 ? [] : renderSummary(report, options)),
  ];
}
