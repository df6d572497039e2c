import { type ExitCode, strongest } from '../../core/exit-codes.ts';
import type { RunReport } from '../../core/results.ts';
import { standingOf } from '../../report/diagnosis-groups.ts';

/** 3 if some verdict is a warning or worse. Troubles with looking win as in a run; a part that was not seen does not hide what was. */
export function diagnosisExitCode(report: RunReport): ExitCode {
  const standings = report.hosts.map(standingOf);
  const sick = standings.some((each) => each === 'critical' || each === 'warning');
  const early = report.exitCode as ExitCode;
  const gapsOnly = early === 9 && !standings.includes('unseen');
  return strongest([sick && gapsOnly ? 0 : early, sick ? 3 : 0]);
}
