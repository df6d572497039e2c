import type { HostResult, RunReport } from '../core/results.ts';
import { foldCauses, renderCauses } from './causes-view.ts';
import type { HostFinding } from './findings-table.ts';
import { renderFindings } from './findings-table.ts';
import { count } from './story.ts';
import { type SummaryOptions, troubleLines } from './summary.ts';

/** All findings of a report, host after host. */
export function findingsOf(hosts: readonly HostResult[]): readonly HostFinding[] {
  return hosts.flatMap((host) =>
    host.tasks.flatMap((task) => task.findings.map((finding) => ({ host: host.host, finding }))),
  );
}

/** A scan has no command that does the same again and more; `sweep` is the one that says what would be done. */
export interface ScanOptions extends SummaryOptions {
  readonly sweep?: string;
}

/** What a scan saw: the findings, the causes folded over the hosts, what could not be seen and why, and how many hosts were looked at. */
export function renderScan(report: RunReport, options: ScanOptions): readonly string[] {
  const findings = findingsOf(report.hosts);
  const seen = report.hosts.filter(wasSeen);
  const listed = findings.filter(({ finding }) => finding.kind !== 'cause');
  const table = renderFindings(listed, options.style, options.columns);
  const causes = renderCauses(foldCauses(findings), options.style, options.columns);
  const found = findings.filter(({ finding }) => finding.kind === 'leak' || finding.kind === 'dead-container');
  const on = new Set(found.map(({ host }) => host)).size;
  const unseen = report.hosts.length - seen.length;
  const total =
    found.length === 0
      ? `nothing to release on ${count(seen.length, 'host')} that could be looked at`
      : `${count(found.length, 'leak or dead container', 'leaks and dead containers')} on ${count(on, 'host')} of ${seen.length}`;
  const rest = unseen === 0 ? '' : `; ${count(unseen, 'host')} could not be looked at`;
  const sum = seen.length === 0 ? `unknown: 0 of ${count(unseen, 'host')} could be looked at` : `${total}${rest}`;
  return [
    ...table,
    ...(table.length === 0 ? [] : ['']),
    ...causes,
    ...(causes.length === 0 ? [] : ['']),
    ...troubleLines(report, options),
    options.style.paint('bold', `${sum}. Nothing was changed.`),
    // What another playbook does is said with the finding.
    ...(found.every(({ finding }) => finding.playbook !== undefined) || options.sweep === undefined
      ? []
      : ['  next, what a sweep would do (it changes nothing):', `    ${options.sweep}`]),
  ];
}

/** JSON of a scan: the findings with their hosts, the causes as they are folded, and the hosts with their own cause and with what became of the looking. */
export function scanJson(report: RunReport, exitCode: number): object {
  const findings = findingsOf(report.hosts);
  return {
    schema: 'unbusy/scan/1',
    version: report.version,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    exitCode,
    findings: findings
      .filter(({ finding }) => finding.kind !== 'cause')
      .map(({ host, finding }) => ({ host, ...finding })),
    causes: foldCauses(findings),
    hosts: report.hosts.map((host) => ({
      host: host.host,
      seen: wasSeen(host),
      cause: causeOf(host),
      gaps: host.tasks.flatMap((task) => task.gaps),
      error: host.error ?? host.tasks.find((task) => task.error !== undefined)?.error ?? null,
    })),
  };
}

/** What the decision matrix says of one host; null where there is no Docker, or it was not looked at. */
function causeOf(host: HostResult): object | null {
  const finding = findingsOf([host]).find((each) => each.finding.kind === 'cause')?.finding;
  return finding === undefined
    ? null
    : { title: finding.title, because: finding.cause, advice: finding.remedy, ...finding.data };
}

/** A refused step does not spoil the look: a scan takes none. */
export function wasSeen(host: HostResult): boolean {
  if (host.error !== undefined || host.status === 'not-reached') return false;
  return host.tasks.every((task) => task.error === undefined || task.error.code === 'E_REFUSED');
}
