import { formatDuration } from '../core/clock.ts';
import type { RunEvent } from '../core/events.ts';
import type { ChangeReport, HostResult, TaskResult, TaskStatus } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { changeLine } from './change-line.ts';
import { errorText, mainError, noteText } from './error-lines.ts';
import { hostFlowLines, itemLines, noticeText } from './flow-lines.ts';
import { rolloutLines } from './rollout-lines.ts';
import { STATUS_LOOK, type Style } from './style.ts';

/** How much is told: -1 problems only, 0 the usual, 1 each task, 2 also connections and waits. */
export type Verbosity = -1 | 0 | 1 | 2;

/** Up to so many hosts each host's whole story is told; up to the second, each host's last line. */
const WHOLE_STORY = 10;
const EACH_HOST = 50;

/** So many hosts of one error code are told one by one in a large fleet; the recap has them all. */
const SAME_CODE = 3;

/** True for a host of which the story tells everything, error and hint too, in a run on so many hosts. */
export function isToldWhole(host: HostResult, hosts: number): boolean {
  return hosts <= WHOLE_STORY && host.earlier !== true && PROBLEMS.has(host.status);
}

const PROBLEMS: ReadonlySet<TaskStatus> = new Set(['failed', 'unknown', 'unreachable', 'not-reached']);

/** The lines of a run that stay on the screen: problems always, the rest by the size of the fleet. */
export class Story {
  readonly #style: Style;
  readonly #verbosity: Verbosity;
  readonly #told = new Map<string, number>();
  #hosts = 0;
  #mode: 'run' | 'check' = 'run';

  constructor(style: Style, verbosity: Verbosity) {
    this.#style = style;
    this.#verbosity = verbosity;
  }

  /** The lines that this event adds; often none. */
  lines(event: RunEvent): readonly string[] {
    switch (event.kind) {
      case 'run-start':
        this.#hosts = event.hosts.length;
        this.#mode = event.mode;
        return [];
      case 'notice':
        return this.#notice(event);
      case 'host-connected':
        return this.#verbosity < 2
          ? []
          : [`${printable(event.host)}  connected by ${event.transport} in ${formatDuration(event.tookMs)}`];
      case 'host-waiting':
        return this.#verbosity < 2 ? [] : [`${printable(event.host)}  waits: ${printable(event.why)}`];
      case 'task-end':
        return this.#verbosity < 1 ? [] : this.#task(event.result);
      case 'host-end':
        if (event.result.earlier === true) return [];
        return PROBLEMS.has(event.result.status) ? this.#problem(event.result) : this.#good(event.result);
      case 'rescued':
        return this.#verbosity < 1 ? [] : [this.#rescued(event)];
      default:
        return rolloutLines(event, this.#style, this.#verbosity < 0);
    }
  }

  #notice(event: RunEvent & { kind: 'notice' }): readonly string[] {
    const host = event.host === undefined ? '' : `${printable(event.host)}  `;
    const error = event.error === undefined ? [] : [`  ${errorText(event.error)}`];
    return [`${host}${printable(event.text)}`, ...error];
  }

  #rescued({ host, tasks, error }: RunEvent & { kind: 'rescued' }): string {
    const names = tasks.map((task) => printable(task.name)).join(', ');
    return `${printable(host)}  rescued: ${names}${error === undefined ? '' : ` (${errorText(error)})`}`;
  }

  #task(result: TaskResult): readonly string[] {
    const error = result.error === undefined ? printable(result.note ?? '') : errorText(result.error);
    const by = result.notifiedBy === undefined ? '' : `, notified by ${noticeText(result.notifiedBy)}`;
    const tail = `${by}${error === '' ? '' : `: ${error}`}`;
    const head = `${printable(result.host)}  ${printable(result.task)}: ${this.#word(result.status)}${tail}`;
    const items = itemLines(result.items ?? [], this.#style).map((line) => `    ${line}`);
    return [`${head} (${formatDuration(result.durationMs)})`, ...items, ...this.#changes(result)];
  }

  /** Changes that are only planned are not told here: they are the result of check mode. */
  #changes(result: TaskResult): readonly string[] {
    if (this.#mode === 'check') return [];
    return result.changes.map((change) => `    ${changeLine(change, this.#style)}`);
  }

  #good(result: HostResult): readonly string[] {
    if (this.#verbosity < 0 || (this.#verbosity < 1 && this.#hosts > EACH_HOST)) return [];
    const whole = this.#verbosity < 1 && this.#hosts <= WHOLE_STORY;
    const changes = whole ? result.tasks.flatMap((t) => this.#changes(t)) : [];
    return [this.#head(result, this.#sum(result)), ...changes, ...(whole ? this.#flow(result) : [])];
  }

  /** What a good host's line says behind the status. */
  #sum(result: HostResult): string {
    const changes = result.tasks.flatMap((task) => task.changes);
    if (result.status === 'would-change' && this.#mode === 'check') {
      const handlers = result.tasks.filter(
        (task) => task.status === 'would-change' && task.changes.length === 0,
      ).length;
      const more = handlers === 0 ? '' : `, ${count(handlers, 'handler')} would run after`;
      return `${count(changes.length, 'change')} pending${more}, nothing was done`;
    }
    if (result.status === 'would-change') return pendingWords(changes);
    if (result.status !== 'changed' && result.rescued !== undefined) return 'went on after a rescue';
    if (result.status !== 'changed')
      return result.tasks.some(hasGaps) ? 'nothing to do in what could be seen' : 'nothing to do';
    const changed = changes.filter((change) => change.outcome === 'changed');
    const unseen = changed.filter((change) => change.unseen === true).length;
    const parts = [
      ...(changed.length > unseen ? [`${count(changed.length - unseen, 'change')}, looked again and seen`] : []),
      ...(unseen > 0 ? [`${count(unseen, 'change')} by the step's own word`] : []),
    ];
    return parts.join('; ');
  }

  #problem(result: HostResult): readonly string[] {
    const main = mainError(result);
    const key = main?.error.code ?? result.status;
    const told = (this.#told.get(key) ?? 0) + 1;
    this.#told.set(key, told);
    if (this.#hosts > WHOLE_STORY && this.#verbosity < 1 && told > SAME_CODE) {
      return told === SAME_CODE + 1 ? [`${key}: more hosts say so; they are counted, and the recap names them`] : [];
    }
    const lines = [this.#head(result, this.#whatWent(result))];
    if (this.#verbosity < 1) lines.push(...result.tasks.flatMap((task) => this.#changes(task)));
    lines.push(...this.#flow(result));
    if (main?.error.hint !== undefined) lines.push(`    ${this.#style.glyph('arrow')} ${printable(main.error.hint)}`);
    return lines;
  }

  /** With -v the line of the task has said it. */
  #whatWent(result: HostResult): string {
    const main = mainError(result);
    if (main === undefined) return noteText(result);
    return this.#verbosity < 1 || main.task === undefined ? errorText(main.error) : `in: ${printable(main.task.task)}`;
  }

  #flow(result: HostResult): readonly string[] {
    return hostFlowLines(result, this.#style).map((line) => `    ${line}`);
  }

  #head(result: HostResult, what: string): string {
    const tail = what === '' ? '' : `  ${what}`;
    return `${this.#style.paint('bold', printable(result.host))}  ${this.#word(result.status)}${tail}`;
  }

  #word(status: TaskStatus): string {
    const { glyph, tone } = STATUS_LOOK[status];
    return this.#style.paint(tone, `${this.#style.glyph(glyph)} ${status}`);
  }
}

/** In a run, unlike a check, a policy put something off, while the rest was done. */
function pendingWords(changes: readonly ChangeReport[]): string {
  const pending = changes.filter(({ outcome }) => outcome === 'pending').length;
  const changed = changes.filter(({ outcome }) => outcome === 'changed').length;
  return `${count(pending, 'change')} pending, not done by this run${changed > 0 ? `; ${count(changed, 'change')} done` : ''}`;
}

const hasGaps = (task: TaskResult) => task.gaps.length > 0;

/** A number with its noun: 1 host, 2 hosts. */
export function count(number: number, noun: string, nouns = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`;
}
