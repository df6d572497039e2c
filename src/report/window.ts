import { basename } from 'node:path';
import { formatDuration } from '../core/clock.ts';
import { clip, displayWidth, fill } from '../core/display-width.ts';
import { printable } from '../core/text.ts';
import { type BusyHost, type Progress, phaseText } from './progress.ts';
import { shortIds } from './short-ids.ts';
import { STATUS_LOOK, STATUS_ORDER, type Style } from './style.ts';

/** Most lines that the window ever has. */
export const WINDOW_LINES = 8;

/** Hosts that are named; the slowest come first. */
const NAMED = WINDOW_LINES - 4;

/** Lines for the counts. */
const COUNT_LINES = 2;

/** After so long in one step a host is pointed out. */
const SLOW_MS = 30_000;

/** The window over all hosts as lines that fit: bar, counts, and the slowest hosts with age and what they wait for. */
export function renderWindow(progress: Progress, nowMs: number, columns: number, style: Style): readonly string[] {
  const width = Math.max(20, columns - 1);
  const busy = progress.busy;
  const { phase } = progress;
  const named = busy.slice(0, phase === undefined ? NAMED : NAMED - 1);
  const nameWidth = Math.min(30, Math.max(0, ...named.map((each) => displayWidth(printable(each.host)))));
  const lines = [headLine(progress, nowMs, width, style), ...countLines(progress, width, style)];
  if (phase !== undefined)
    lines.push(style.paint('bold', clip(`  ${printable(phaseText(phase, nowMs))}`, width, style.glyph('cut'))));
  for (const host of named) lines.push(busyLine(host, nowMs, nameWidth, width, style));
  const more = busy.length - named.length;
  if (more > 0)
    lines.push(style.paint('dim', clip(`  and ${more} more at work, each for less time`, width, style.glyph('cut'))));
  return lines;
}

function headLine(progress: Progress, nowMs: number, width: number, style: Style): string {
  const name = clip(printable(basename(progress.title)), Math.floor(width / 2), style.glyph('cut'));
  const mode = progress.mode === 'check' ? ' (check)' : '';
  const tail = ` ${progress.finished}/${progress.total}  ${formatDuration(nowMs - progress.startedMs)}`;
  const cells = Math.min(24, width - displayWidth(name + mode + tail) - 1);
  if (cells < 4) return clip(name + mode + tail, width, style.glyph('cut'));
  const full = progress.total === 0 ? 0 : Math.floor((cells * progress.finished) / progress.total);
  const bar = style.paint('good', style.glyph('full').repeat(full)) + style.glyph('empty').repeat(cells - full);
  return `${style.paint('bold', name)}${mode} ${bar}${tail}`;
}

/** Counts that are not zero, the troubling ones first, on two lines at most. */
function countLines(progress: Progress, width: number, style: Style): readonly string[] {
  const counts = STATUS_ORDER.flatMap((status) => {
    const number = progress.counts.get(status) ?? 0;
    const { glyph, tone } = STATUS_LOOK[status];
    return number === 0 ? [] : [{ text: `${style.glyph(glyph)} ${status} ${number}`, tone }];
  });
  if (counts.length === 0) return [clip('  none finished yet', width, style.glyph('cut'))];
  if (progress.notStarted > 0) counts.push({ text: `not started ${progress.notStarted}`, tone: 'dim' });
  const lines = [''];
  let room = width;
  for (const { text, tone } of counts) {
    room -= displayWidth(text) + 2;
    if (room < 0) {
      lines.push('');
      room = width - displayWidth(text) - 2;
    }
    if (room >= 0) lines[lines.length - 1] += `  ${style.paint(tone, text)}`;
  }
  return lines.slice(0, COUNT_LINES);
}

function busyLine(host: BusyHost, nowMs: number, nameWidth: number, width: number, style: Style): string {
  const cut = style.glyph('cut');
  const name = fill(clip(printable(host.host), nameWidth, cut), nameWidth);
  const age = formatDuration(nowMs - host.sinceMs).padStart(6);
  const inStep = nowMs - host.doingSinceMs;
  const slow = inStep >= SLOW_MS;
  const since = slow ? ` (for ${formatDuration(inStep)})` : '';
  const head = `  ${name} ${age}  `;
  const what = clip(shortIds(printable(host.doing), cut), Math.max(0, width - displayWidth(head) - since.length), cut);
  const line = clip(`${head}${what}${since}`, width, cut);
  return slow ? style.paint('warn', line) : line;
}
