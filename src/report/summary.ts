import { basename } from 'node:path';
import { formatDuration } from '../core/clock.ts';
import { clip } from '../core/display-width.ts';
import { EXIT_CODES, type ExitCode, PENDING } from '../core/exit-codes.ts';
import type { ChangeReport, HostResult, RunReport } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { countActions } from './actions.ts';
import { type Cause, rankCauses } from './causes.ts';
import { UNSEEN_WORDS } from './change-line.ts';
import { fleetFlowLines } from './flow-lines.ts';
import { foldHostsWithin } from './fold-hosts.ts';
import { leftLines } from './left-lines.ts';
import { type Again, nextLines } from './next-step.ts';
import { stopText } from './rollout-lines.ts';
import { count } from './story.ts';
import { STATUS_LOOK, STATUS_ORDER, type Style } from './style.ts';

/** Rows of the smallest terminal that people use; the recap never needs more. */
export const SUMMARY_ROWS = 25;

const CAUSES = 4;
const TASKS = 3;
const FLOWS = 3;

/** Columns for the hosts of a cause; all of them stand with their status. */
const CAUSE_HOSTS = 24;

/** What the recap needs besides the report. */
export interface SummaryOptions {
  readonly style: Style;
  /** Width of the terminal; a large number where nothing needs to fit. */
  readonly columns: number;
  /** True for a host whose error and hint stand above already, on the same screen. */
  readonly told?: (host: HostResult) => boolean;
  /** Makes the next command; without it none is named. */
  readonly again?: Again;
  /** Goes on with this run. */
  readonly resume?: string;
}

/** The recap: one line for each distinct outcome, what changed, causes ranked, the next command, the exit code. */
export function renderSummary(report: RunReport, options: SummaryOptions): readonly string[] {
  return [
    headLine(report, options),
    ...stopLines(report, options),
    ...statusLines(report.hosts, options),
    ...flowLines(report.hosts, options),
    ...actionLines(report, options),
    ...leftLines(report.hosts, options.style, options.columns),
    ...troubleLines(report, options),
    ...nextLines(report, options.again, options.resume),
    exitLine(report.exitCode, options.style),
  ];
}

/** What could not be seen, and why hosts are not as wanted. */
export function troubleLines(report: RunReport, options: SummaryOptions): readonly string[] {
  const untold = report.hosts.filter((host) => options.told?.(host) !== true);
  return [...gapLines(report.hosts, options), ...causeLines(rankCauses(untold), options)];
}

function cut(text: string, { columns, style }: SummaryOptions): string {
  return clip(text, columns - 1, style.glyph('cut'));
}

function headLine(report: RunReport, options: SummaryOptions): string {
  const mode = report.mode === 'check' ? 'checked, nothing was changed' : 'run';
  const slowest = report.hosts.reduce<HostResult | undefined>(
    (worst, host) => (worst === undefined || host.durationMs > worst.durationMs ? host : worst),
    undefined,
  );
  const parts = [
    `${printable(basename(report.playbook))} ${mode}`,
    count(report.hosts.length, 'host'),
    formatDuration(report.durationMs),
    ...(slowest === undefined || report.hosts.length < 2
      ? []
      : [`slowest ${printable(slowest.host)} ${formatDuration(slowest.durationMs)}`]),
    ...(report.interrupted ? ['interrupted'] : []),
  ];
  return options.style.paint('bold', cut(parts.join(` ${options.style.glyph('dot')} `), options));
}

/** Why the run stopped itself, and what was done before it was resumed. */
function stopLines(report: RunReport, options: SummaryOptions): string[] {
  const earlier = report.hosts.filter((host) => host.earlier === true).length;
  return [
    ...(report.stopped === undefined
      ? []
      : [options.style.paint('bad', cut(`  stopped: ${stopText(report.stopped)}`, options))]),
    ...(earlier === 0
      ? []
      : [cut(`  ${count(earlier, 'host')} ended well before this resume, not touched again`, options)]),
  ];
}

/** One line a status, troubles first. `changed` says what it means: somebody looked again. */
function statusLines(hosts: readonly HostResult[], options: SummaryOptions): string[] {
  const { style, columns } = options;
  return STATUS_ORDER.flatMap((status) => {
    const names = hosts.filter((host) => host.status === status).map((host) => printable(host.host));
    if (names.length === 0) return [];
    const { glyph, tone } = STATUS_LOOK[status];
    const head = `  ${style.glyph(glyph)} ${status.padEnd(12)} ${String(names.length).padStart(5)}  `;
    return [style.paint(tone, head) + foldHostsWithin(names, columns - 1 - head.length)];
  });
}

/** What was rescued, and handlers of which the numbers say nothing. */
function flowLines(hosts: readonly HostResult[], options: SummaryOptions): string[] {
  const lines = fleetFlowLines(hosts, Math.min(CAUSE_HOSTS, Math.floor(options.columns / 3)));
  const more = lines.length - FLOWS;
  const shown = lines.slice(0, FLOWS).map(({ text, tone }) => {
    const line = cut(text, options);
    return tone === undefined ? line : options.style.paint(tone, line);
  });
  return more > 0 ? [...shown, `  and ${count(more, 'more line')} of rescues and handlers: see --json`] : shown;
}

const ACTION_WORDS: readonly (readonly [(change: ChangeReport) => boolean, string])[] = [
  [({ outcome, unseen }) => outcome === 'changed' && unseen !== true, 'changed, looked again and seen'],
  [({ outcome, unseen }) => outcome === 'changed' && unseen === true, UNSEEN_WORDS],
  [({ outcome }) => outcome === 'planned', 'would change'],
  [({ outcome }) => outcome === 'pending', 'pending'],
];

function actionLines(report: RunReport, options: SummaryOptions): string[] {
  return ACTION_WORDS.flatMap(([counts, words]) => {
    const tasks = countActions(report.hosts, counts);
    const lines = tasks.slice(0, TASKS).map(({ task, hosts, steps }) => {
      const actions = steps.map(({ kind, changes }) => `${printable(kind)} x${changes}`).join(', ');
      return cut(`  ${words}: ${actions} on ${count(hosts, 'host')} (${printable(task)})`, options);
    });
    const more = tasks.length - TASKS;
    return more > 0 ? [...lines, `  and ${count(more, 'more task')} with changes`] : lines;
  });
}

function gapLines(hosts: readonly HostResult[], options: SummaryOptions): string[] {
  const gaps = hosts.flatMap((host) => host.tasks.flatMap((task) => task.gaps.map((gap) => ({ host, gap }))));
  const [first] = gaps;
  if (first === undefined) return [];
  const on = new Set(gaps.map(({ host }) => host.host)).size;
  const text = `  not seen: ${gaps.length} on ${count(on, 'host')}, for instance ${first.gap.what}: ${first.gap.why}`;
  return [options.style.paint('warn', cut(printable(text), options))];
}

function causeLines(causes: readonly Cause[], options: SummaryOptions): string[] {
  const lines = causes.slice(0, CAUSES).flatMap((cause) => {
    const { style, columns } = options;
    const hosts = foldHostsWithin(
      cause.hosts.map((host) => printable(host)),
      Math.min(CAUSE_HOSTS, Math.floor(columns / 3)),
    );
    const words = `${printable(cause.message.split('\n')[0] ?? '')}${cause.varies ? ' (others alike)' : ''}`;
    const why = cut(`  why ${cause.hosts.length} ${hosts}: ${cause.code} ${words}`, options);
    const hint =
      cause.hint === undefined ? [] : [cut(`      ${style.glyph('arrow')} ${printable(cause.hint)}`, options)];
    return [style.paint('bad', why), ...hint];
  });
  const rest = causes.slice(CAUSES);
  if (rest.length === 0) return lines;
  const hosts = rest.reduce((sum, cause) => sum + cause.hosts.length, 0);
  return [...lines, cut(`  and ${count(rest.length, 'more cause')} on ${count(hosts, 'host')}: see --json`, options)];
}

function exitLine(code: number, style: Style): string {
  const meaning = code === 3 ? PENDING.run : (EXIT_CODES[code as ExitCode] ?? '');
  return style.paint(code === 0 ? 'good' : 'bold', `exit ${code}: ${meaning}`);
}
