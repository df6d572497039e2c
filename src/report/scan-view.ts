import type { HostResult, RunReport } from '../core/results.ts';
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

/** What a scan saw: the findings, what could not be seen and why, and how many hosts were looked at. */
export function renderScan(report: RunReport, options: SummaryOptions): readonly string[] {
  const findings = findingsOf(report.hosts);
  const seen = report.hosts.filter(wasSeen);
  const table = renderFindings(findings, options.style, options.columns);
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
    ...troubleLines(report, options),
    options.style.paint('bold', `${sum}. Nothing was changed.`),
  ];
}

/** JSON of a scan: the findings with their hosts, and the hosts with what became of the looking. */
export function scanJson(report: RunReport, exitCode: number): object {
  return {
    schema: 'unbusy/scan/1',
    version: report.version,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    exitCode,
    findings: findingsOf(report.hosts).map(({ host, finding }) => ({ host, ...finding })),
    hosts: report.hosts.map((host) => ({
      host: host.host,
      seen: wasSeen(host),
      gaps: host.tasks.flatMap((task) => task.gaps),
      error: host.error ?? host.tasks.find((task) => task.error !== undefined)?.error ?? null,
    })),
  };
}

/** A refused step does not spoil the look: a scan takes none. */
export function wasSeen(host: HostResult): boolean {
  if (host.error !== undefined || host.status === 'not-reached') return false;
  return host.tasks.every((task) => task.error === undefined || task.error.code === 'E_REFUSED');
}
