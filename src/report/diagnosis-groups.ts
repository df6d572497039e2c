import type { Finding, Severity } from '../core/findings.ts';
import type { HostResult } from '../core/results.ts';
import type { HostFinding } from './findings-table.ts';

/** Findings of one cause on all hosts, the one that is worst first. */
export interface DiagnosisGroup {
  readonly severity: Severity;
  readonly cause: string;
  /** Each host once. */
  readonly hosts: readonly string[];
  readonly findings: readonly HostFinding[];
}

/** How a host stands: `unseen` could not be looked at; `partly`: nothing is wrong in what could be seen of it. */
export type Standing = 'critical' | 'warning' | 'well' | 'partly' | 'unseen';

const ORDER: readonly Severity[] = ['critical', 'warning', 'info'];

/** How soon someone must act; a verdict that does not say is a warning. */
export function severityOf(finding: Finding): Severity {
  return finding.severity ?? 'warning';
}

/** All findings of a report, host after host. */
export function findingsOnHosts(hosts: readonly HostResult[]): readonly HostFinding[] {
  return hosts.flatMap((host) =>
    host.tasks.flatMap((task) => task.findings.map((finding) => ({ host: host.host, finding }))),
  );
}

/** Folded over the fleet by cause; worst first, then what most hosts have. A group is as bad as the worst finding in it. */
export function groupDiagnosis(hosts: readonly HostResult[]): readonly DiagnosisGroup[] {
  const byCause = new Map<string, HostFinding[]>();
  for (const each of findingsOnHosts(hosts)) {
    const same = byCause.get(each.finding.cause);
    if (same === undefined) byCause.set(each.finding.cause, [each]);
    else same.push(each);
  }
  const rank = ({ finding }: HostFinding) => ORDER.indexOf(severityOf(finding));
  const groups = [...byCause].map(([cause, all]) => {
    const findings = [...all].sort((a, b) => rank(a) - rank(b));
    const severity = findings[0] === undefined ? 'info' : severityOf(findings[0].finding);
    return { severity, cause, hosts: [...new Set(findings.map(({ host }) => host))], findings };
  });
  return groups.sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || b.hosts.length - a.hosts.length,
  );
}

/** All of a group in one line, without its hosts: what one of them has, with its numbers, is told as an example and with its name. */
export function foldedTitle({ cause, hosts, findings }: DiagnosisGroup): string {
  const [first] = findings;
  if (first === undefined) return cause;
  const { host, finding } = first;
  if (findings.every((each) => each.finding.title === finding.title)) return finding.title;
  return `${cause}; for instance${hosts.length > 1 ? ` on ${host}` : ''}: ${finding.title}`;
}

/** How a host stands after a look. */
export function standingOf(host: HostResult): Standing {
  const severities = new Set(findingsOnHosts([host]).map(({ finding }) => severityOf(finding)));
  if (severities.has('critical')) return 'critical';
  if (severities.has('warning')) return 'warning';
  const looked = host.tasks.some((task) => task.error === undefined && task.status === 'ok');
  if (host.error !== undefined || !looked) return 'unseen';
  return host.tasks.some((task) => task.gaps.length > 0 || task.error !== undefined) ? 'partly' : 'well';
}
