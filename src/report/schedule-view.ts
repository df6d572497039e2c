import { EXIT_CODES, type ExitCode, PENDING } from '../core/exit-codes.ts';
import type { Standing, StandingDiff } from '../core/standing.ts';
import { printable } from '../core/text.ts';
import { foldHosts, foldHostsWithin } from './fold-hosts.ts';
import { shortIds } from './short-ids.ts';
import { count } from './story.ts';
import type { Style } from './style.ts';

/** A mail of a scheduled run has no more lines than this. */
export const MOST_LINES = 10;

/** Hints are told for so many troubles; each takes one of the lines. */
const HINTS = 2;

/** Columns for the hosts of one line; the record has them all. */
const HOST_COLUMNS = 40;

/** What stands around the diff. */
export interface ScheduleViewOptions {
  readonly style: Style;
  /** What ran, in a word or two. */
  readonly name: string;
  readonly exitCode: number;
  /** Also what stood before and stands still. */
  readonly withStill: boolean;
  /** Why nobody knows what the last run saw; then everything is told as what is there now. */
  readonly memoryLost?: string;
  /** Where the whole record of the run is. */
  readonly record?: string;
}

interface Line {
  readonly word: string;
  readonly trouble: boolean;
  readonly hosts: readonly string[];
  readonly first: Standing;
  readonly number: number;
}

/** The difference between two runs in at most ten lines, equal things folded over hosts, trouble first. */
export function renderSchedule(diff: StandingDiff, options: ScheduleViewOptions): readonly string[] {
  const { style, name, memoryLost } = options;
  const head = [`${printable(name)}: ${sumText(diff, memoryLost !== undefined)}`];
  if (memoryLost !== undefined)
    head.push(`  what the last run saw is not known (${printable(memoryLost)}), so this is all that is there`);
  const tail = tailLines(options);
  const lines = linesOf(diff, options);
  const room = MOST_LINES - head.length - tail.length;
  const hints = Math.min(HINTS, Math.max(0, room - lines.length));
  const shown = lines.length > room ? lines.slice(0, room - 1) : lines;
  const more = lines.length - shown.length;
  let hinted = 0;
  const body = shown.flatMap((line) => {
    const hint = line.trouble && line.word !== 'gone' ? line.first.hint : undefined;
    if (hint === undefined || hinted >= hints) return [lineText(line, style)];
    hinted += 1;
    return [lineText(line, style), `         ${style.glyph('arrow')} ${printable(hint)}`];
  });
  const where = options.record === undefined ? 'run it again without --cron to see all' : 'see the record';
  const rest = more > 0 ? [`  and ${count(more, 'more line')}: ${where}`] : [];
  return [...head, ...body, ...rest, ...tail];
}

function sumText({ fresh, gone, still, left, unseen }: StandingDiff, lost: boolean): string {
  const done = fresh.filter(({ about }) => about === 'done').length;
  const stands = fresh.length - done;
  const parts = lost ? [`now ${stands}`] : [`new ${stands}`, `gone ${gone.length}`, `still ${still.length}`];
  if (done > 0) parts.push(`done ${done}`);
  if (left.length > 0) parts.push(`${left.length} of hosts that left the inventory`);
  if (unseen.length > 0) parts.push(`${unseen.length} not looked at again`);
  return parts.join(', ');
}

function linesOf(diff: StandingDiff, { memoryLost, withStill }: ScheduleViewOptions): readonly Line[] {
  const fresh = (about: boolean) => diff.fresh.filter((each) => (each.about === 'done') === about);
  const lists: readonly (readonly [string, readonly Standing[]])[] = [
    [memoryLost === undefined ? 'new' : 'now', fresh(false)],
    ['did', fresh(true)],
    ...(withStill ? ([['still', diff.still]] as const) : []),
    ['gone', diff.gone],
    ['left', diff.left],
    ...(withStill ? ([['unseen', diff.unseen]] as const) : []),
  ];
  return lists.flatMap(([word, standings]) => {
    const folded = fold(word, standings);
    return [...folded.filter(({ trouble }) => trouble), ...folded.filter(({ trouble }) => !trouble)];
  });
}

function fold(word: string, standings: readonly Standing[]): readonly Line[] {
  const groups = new Map<string, Standing[]>();
  for (const each of standings) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const hosts = [...new Set(group.flatMap(({ host }) => (host === '' ? [] : [host])))];
    return [{ word, first, hosts, number: group.length, trouble: group.some(({ trouble }) => trouble) }];
  });
}

function lineText({ word, hosts, first, number }: Line, style: Style): string {
  const names = hosts.map((host) => printable(host));
  const where = names.length === 0 ? '' : `${within(names)}  `;
  const alike = number === 1 ? '' : ` (and ${number - 1} alike)`;
  return `  ${word.padEnd(6)} ${where}${shortIds(printable(first.what), style.glyph('cut'))}${alike}`;
}

function within(names: readonly string[]): string {
  return names.length === 1 ? foldHosts(names) : foldHostsWithin(names, HOST_COLUMNS);
}

function tailLines({ exitCode, record }: ScheduleViewOptions): readonly string[] {
  const meaning = exitCode === 3 ? PENDING.run : (EXIT_CODES[exitCode as ExitCode] ?? '');
  const where = record === undefined ? [] : [`  record: ${printable(record)}`];
  return [...where, `exit ${exitCode}: ${meaning}`];
}
