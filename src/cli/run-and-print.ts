import type { RunReport } from '../core/results.ts';
import { diffLines } from '../report/diff-view.ts';
import { unknownKeyLines } from '../report/host-keys.ts';
import type { Again } from '../report/next-step.ts';
import { planLines } from '../report/plan-view.ts';
import { renderSummary } from '../report/summary.ts';
import { consentOf } from './confirmation.ts';
import { execute } from './execute.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import { styleFor } from './look.ts';
import { allListeners, machineListeners, progressListener, verbosityOf } from './reporters.ts';
import type { Selection } from './selection.ts';

/** Plans are listed in full up to so many hosts, or with -v or -D. */
const FULL_PLAN_HOSTS = 10;

/** Runs or checks, tells it while it happens, prints the result, and gives the exit code. */
export async function runAndPrint(io: Io, selection: Selection, given: Given, again?: Again): Promise<number> {
  const listener = allListeners([...machineListeners(io, given), progressListener(io, given)]);
  const consent = consentOf(io, given);
  const report = await execute(io, given, selection, given.has('check') ? 'check' : 'run', listener, { consent });
  if (given.has('json') || given.has('jsonl')) return report.exitCode;
  const lines = resultLines(io, given, report, again);
  if (lines.length > 0) io.out.write(`${lines.join('\n')}\n`);
  return report.exitCode;
}

/** The result for a person: pending changes, diffs, unknown keys, the recap. A quiet run that went well says nothing. */
function resultLines(io: Io, given: Given, report: RunReport, again: Again | undefined): readonly string[] {
  const style = styleFor(io, given, io.out);
  const quiet = given.has('quiet');
  const diff = given.has('diff');
  const full = report.hosts.length <= FULL_PLAN_HOSTS || verbosityOf(given) > 0 || diff;
  const options = { style, columns: io.out.columns(), ...(again === undefined ? {} : { again }) };
  return [
    ...(report.mode === 'check' && full && !quiet ? planLines(report.hosts, style) : []),
    ...(diff ? diffLines(report.hosts, style) : []),
    ...unknownKeyLines(report.hosts),
    ...(quiet && report.exitCode === 0 ? [] : renderSummary(report, options)),
  ];
}
