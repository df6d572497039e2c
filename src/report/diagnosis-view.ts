import type { Finding, Severity } from '../core/findings.ts';
import type { RunReport } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { type DiagnosisGroup, foldedTitle, groupDiagnosis, standingOf } from './diagnosis-groups.ts';
import type { HostFinding } from './findings-table.ts';
import { foldHostsWithin } from './fold-hosts.ts';
import { shortIds } from './short-ids.ts';
import { count } from './story.ts';
import type { Style, Tone } from './style.ts';
import { type SummaryOptions, troubleLines } from './summary.ts';
import { wrap } from './table.ts';

/** What the view needs besides the report. */
export interface DiagnosisOptions extends SummaryOptions {
  /** Tell all that was seen, also what is only information, and each host of a cause. */
  readonly whole?: boolean;
  /** How a shipped playbook is run on these hosts. */
  readonly playbook?: (file: string, hosts: readonly string[]) => string;
}

/** Hosts of one cause whose evidence is told; the others are like them. */
const EXAMPLES = 2;

/** Things that were not seen, of which so many are told. */
const GAPS = 4;

const TONES: Readonly<Record<Severity, Tone>> = { critical: 'bad', warning: 'warn', info: 'dim' };

/** The verdicts folded over the fleet by cause, worst first; then what could not be seen, who is well, and the sum. */
export function renderDiagnosis(report: RunReport, options: DiagnosisOptions): readonly string[] {
  const groups = groupDiagnosis(report.hosts);
  const told = groups.filter(({ severity }) => severity !== 'info');
  const info = groups.filter(({ severity }) => severity === 'info');
  return [
    ...told.flatMap((group) => [...groupLines(group, options), '']),
    ...info.flatMap((group) =>
      options.whole === true ? [...groupLines(group, options), ''] : infoLines(group, options),
    ),
    ...gapLines(report, options),
    ...troubleLines(withoutGaps(report), options),
    ...healthLines(report, options),
    options.style.paint('bold', sumLine(report)),
  ];
}

/** How many verdicts on how many hosts. */
export function sumLine(report: RunReport): string {
  const standings = report.hosts.map(standingOf);
  const on = (...wanted: readonly string[]) => standings.filter((each) => wanted.includes(each)).length;
  const groups = groupDiagnosis(report.hosts);
  const of = (severity: Severity) => groups.filter((group) => group.severity === severity).length;
  const unseen = on('unseen');
  const seen = standings.length - unseen;
  if (seen === 0) return `unknown: 0 of ${count(unseen, 'host')} could be looked at. Nothing was changed.`;
  const sick = on('critical', 'warning');
  const verdicts = [
    ...(of('critical') === 0 ? [] : [count(of('critical'), 'critical cause')]),
    ...(of('warning') === 0 ? [] : [count(of('warning'), 'cause for a warning', 'causes for a warning')]),
  ];
  const partly = on('partly') === 0 ? '' : ', as far as could be seen';
  const head =
    sick === 0
      ? `nothing wrong on ${count(seen, 'host')} that could be looked at${partly}`
      : `${verdicts.join(' and ')} on ${count(sick, 'host')} of ${seen}`;
  return `${head}${unseen === 0 ? '' : `; ${count(unseen, 'host')} could not be looked at`}. Nothing was changed.`;
}

function groupLines(group: DiagnosisGroup, options: DiagnosisOptions): readonly string[] {
  const { style, columns } = options;
  const { severity, cause, hosts, findings } = group;
  const head = `${style.paint(TONES[severity], severity)}  ${style.paint('bold', printable(cause))}`;
  const shown = options.whole === true ? findings : examples(findings);
  const left = hosts.filter((host) => !shown.some((each) => each.host === host));
  const rest = findings.length - shown.length;
  const alike =
    left.length > 0 ? `alike on ${foldHostsWithin(left, columns - 12)}` : `and ${count(rest, 'more')} alike`;
  return [
    `${head}  ${style.paint('dim', foldHostsWithin(hosts, Math.max(20, Math.floor(columns / 3))))}`,
    ...shown.flatMap((each) => findingLines(each, hosts.length > 1, options)),
    ...(rest > 0 ? [style.paint('dim', `  ${alike}`)] : []),
    ...adviceLines(group, shown, options),
  ];
}

/** One of each host, as far as there is room. */
function examples(findings: readonly HostFinding[]): readonly HostFinding[] {
  const seen = new Set<string>();
  const firsts = findings.filter(({ host }) => !seen.has(host) && seen.add(host));
  return firsts.length > 1 ? firsts.slice(0, EXAMPLES) : findings.slice(0, EXAMPLES);
}

function findingLines(
  { host, finding }: HostFinding,
  named: boolean,
  { style, columns }: DiagnosisOptions,
): readonly string[] {
  const title = `${named ? `${host}: ` : ''}${finding.title}`;
  const evidence = (finding.evidence ?? []).flatMap((line) => block(`${style.glyph('dot')} `, line, 4, columns, style));
  return [...block('', title, 2, columns, style), ...evidence.map((line) => style.paint('dim', line))];
}

/** What to do, what not to do, and who does it: once where all that is shown says the same. */
function adviceLines(
  group: DiagnosisGroup,
  shown: readonly HostFinding[],
  options: DiagnosisOptions,
): readonly string[] {
  const { style, columns, playbook } = options;
  const remedies = new Map<string, string[]>();
  for (const { host, finding } of shown) remedies.set(finding.remedy, [...(remedies.get(finding.remedy) ?? []), host]);
  const doLines = [...remedies].flatMap(([remedy, hosts]) =>
    block('do: ', remedies.size === 1 ? remedy : `(${hosts.join(', ')}) ${remedy}`, 2, columns, style),
  );
  const avoid = unique(shown.flatMap(({ finding }) => finding.avoid ?? []));
  const files = unique(shown.flatMap(({ finding }) => finding.playbook ?? []));
  return [
    ...doLines,
    ...avoid.flatMap((text) => block('do not: ', text, 2, columns, style)),
    ...files.map(
      (file) => `  ${style.glyph('arrow')} ${playbook?.(file, group.hosts) ?? `unbusy run playbooks/${file}`}`,
    ),
  ];
}

/** What is only worth knowing: a line each. */
function infoLines(group: DiagnosisGroup, { style, columns }: DiagnosisOptions): readonly string[] {
  const where = foldHostsWithin(group.hosts, Math.max(20, Math.floor(columns / 3)));
  return block('info  ', `${where}: ${foldedTitle(group)}`, 0, columns, style).map((line) => style.paint('dim', line));
}

/** What could not be seen, with the hosts, folded by what and why; the most hosts first. */
function gapLines(report: RunReport, { style, columns, whole }: DiagnosisOptions): readonly string[] {
  const folded = new Map<string, string[]>();
  for (const { host, tasks } of report.hosts)
    for (const { what, why } of tasks.flatMap((task) => task.gaps))
      folded.set(`${what}: ${why}`, [...(folded.get(`${what}: ${why}`) ?? []), host]);
  const sorted = [...folded].sort((a, b) => b[1].length - a[1].length);
  const told = whole === true ? sorted : sorted.slice(0, GAPS);
  const rest = sorted.length - told.length;
  return [
    ...told.flatMap(([gap, hosts]) =>
      block('not seen  ', `${foldHostsWithin(hosts, Math.floor(columns / 3))}: ${gap}`, 0, columns, style),
    ),
    ...(rest > 0 ? [`and ${count(rest, 'more thing')} not seen: see -v`] : []),
  ].map((line) => style.paint('warn', line));
}

/** They are told here by themselves. */
function withoutGaps(report: RunReport): RunReport {
  const hosts = report.hosts.map((host) => ({ ...host, tasks: host.tasks.map((task) => ({ ...task, gaps: [] })) }));
  return { ...report, hosts };
}

function healthLines(report: RunReport, { style, columns }: DiagnosisOptions): readonly string[] {
  const of = (standing: string) =>
    report.hosts.filter((host) => standingOf(host) === standing).map(({ host }) => printable(host));
  const lines = [
    { tone: 'good', word: 'healthy', hosts: of('well') },
    { tone: 'warn', word: 'nothing wrong in what could be seen', hosts: of('partly') },
    { tone: 'bad', word: 'not looked at', hosts: of('unseen') },
  ] as const;
  return lines.flatMap(({ tone, word, hosts }) =>
    hosts.length === 0
      ? []
      : [`${style.paint(tone, word)}: ${foldHostsWithin(hosts, Math.max(20, columns - word.length - 3))}`],
  );
}

/** A paragraph with a word before it, its further lines below the first. */
function block(mark: string, text: string, indent: number, columns: number, style: Style): readonly string[] {
  const safe = shortIds(printable(text), style.glyph('cut'));
  const lines = wrap(safe, Math.max(30, columns - 1 - indent - mark.length));
  return lines.map((line, index) => `${' '.repeat(indent)}${index === 0 ? mark : ' '.repeat(mark.length)}${line}`);
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** JSON of a diagnosis: every finding with its host, the causes as they are folded, and each host with what was measured. */
export function diagnosisJson(report: RunReport, exitCode: number): object {
  return {
    schema: 'unbusy/diagnose/1',
    version: report.version,
    startedAt: report.startedAt,
    durationMs: report.durationMs,
    exitCode,
    causes: groupDiagnosis(report.hosts).map(({ severity, cause, hosts, findings }) => ({
      severity,
      cause,
      hosts,
      findings: findings.map(({ host, finding }): { host: string } & Finding => ({ host, ...finding })),
    })),
    hosts: report.hosts.map((host) => ({
      host: host.host,
      standing: standingOf(host),
      measured: host.tasks[0]?.result ?? null,
      gaps: host.tasks.flatMap((task) => task.gaps),
      error: host.error ?? host.tasks.find((task) => task.error !== undefined)?.error ?? null,
    })),
  };
}
