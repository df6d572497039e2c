import type { HostResult, ItemResult, Notice, TaskResult } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { errorText } from './error-lines.ts';
import { foldHostsWithin } from './fold-hosts.ts';
import { STATUS_LOOK, type Style, type Tone } from './style.ts';

/** Longest part of a loop's entry that stands on a line. */
const ITEM = 60;

/** Who notified a handler, and why. */
export function noticeText(by: readonly Notice[]): string {
  const words = by.map((notice) => `${printable(notice.task)} (${whyText(notice)})`);
  return [...new Set(words)].join(', ');
}

function whyText(notice: Notice): string {
  if (notice.kind === 'unsettled') return `found not in effect: ${printable(notice.why)}`;
  return notice.kind === 'changed' ? 'changed' : 'would change';
}

/** One line an entry of a loop. */
export function itemLines(items: readonly ItemResult[], style: Style): readonly string[] {
  return items.map(({ item, status, error, note }) => {
    const { glyph, tone } = STATUS_LOOK[status];
    const text = typeof item === 'string' ? item : JSON.stringify(item);
    const name = text.length <= ITEM ? text : `${text.slice(0, ITEM - 1)}${style.glyph('cut')}`;
    const why = error === undefined ? printable(note ?? '') : errorText(error);
    return `${printable(name)}: ${style.paint(tone, `${style.glyph(glyph)} ${status}`)}${why === '' ? '' : `: ${why}`}`;
  });
}

/** What a host's line does not say: what was rescued, which handler was asked for though nothing changed, and which did not run. */
export function hostFlowLines({ tasks }: HostResult, style: Style): readonly string[] {
  return tasks.flatMap((task) => {
    if (task.rescued === true) return [style.paint('warn', `rescued: ${rescuedText(task)}`)];
    if (wasLeft(task)) return [style.paint(leftTone(task), `did not run: ${leftText(task)}`)];
    if (ranAnyway(task)) return [`notified again: ${printable(task.task)}, by ${noticeText(task.notifiedBy ?? [])}`];
    return [];
  });
}

/** The same for a whole fleet: one line for each thing told, with its hosts, not painted yet; `columns` is room for those. */
export function fleetFlowLines(
  hosts: readonly HostResult[],
  columns: number,
): readonly { readonly text: string; readonly tone?: Tone }[] {
  const groups = new Map<
    string,
    { readonly task: TaskResult; readonly hosts: string[]; readonly reasons: Set<string> }
  >();
  for (const { host, tasks } of hosts)
    for (const task of tasks) {
      const kind = task.rescued === true ? 'rescued' : wasLeft(task) ? 'left' : ranAnyway(task) ? 'anyway' : undefined;
      if (kind === undefined) continue;
      const group = groups.get(`${kind} ${task.taskIndex}`) ?? { task, hosts: [], reasons: new Set() };
      groups.set(`${kind} ${task.taskIndex}`, group);
      group.hosts.push(printable(host));
      group.reasons.add(noticeText(task.notifiedBy ?? []));
    }
  return [...groups.values()].map(({ task, hosts: names, reasons }) => {
    const on = `${names.length} ${foldHostsWithin(names, columns)}`;
    if (task.rescued === true) return { text: `  rescued ${on}: ${rescuedText(task)}`, tone: 'warn' };
    if (wasLeft(task)) return { text: `  handler did not run ${on}: ${leftText(task)}`, tone: leftTone(task) };
    const example = reasons.size > 1 ? `for instance on ${names[0]} ` : '';
    const by = noticeText(task.notifiedBy ?? []);
    return { text: `  handler notified again ${on}: ${printable(task.task)}, ${example}by ${by}` };
  });
}

function rescuedText({ task, error }: TaskResult): string {
  return `${printable(task)}${error === undefined ? '' : `: ${errorText(error)}`}`;
}

function leftText({ task, note, notifiedBy = [] }: TaskResult): string {
  return `${printable(task)}, notified by ${noticeText(notifiedBy)}: ${printable(note ?? '')}`;
}

/** A handler that was asked for and not begun; one whose own condition skips it is as wanted. */
function wasLeft({ notifiedBy = [], status, leftOut }: TaskResult): boolean {
  return notifiedBy.length > 0 && (status === 'not-reached' || leftOut === true);
}

/** To be left out was somebody's wish. */
function leftTone({ leftOut }: TaskResult): Tone {
  return leftOut === true ? 'dim' : 'bad';
}

/** A handler that was asked for by nothing but what was set before this run; check mode only plans it, so the lines do not say that it ran. */
function ranAnyway(task: TaskResult): boolean {
  const { notifiedBy = [] } = task;
  return (
    notifiedBy.length > 0 &&
    !wasLeft(task) &&
    task.status !== 'skipped' &&
    notifiedBy.every(({ kind }) => kind === 'unsettled')
  );
}
