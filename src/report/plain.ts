import { type Clock, formatDuration } from '../core/clock.ts';
import type { RunEvent } from '../core/events.ts';
import { printable } from '../core/text.ts';
import type { Listener, Write } from './listener.ts';
import { Progress, phaseText } from './progress.ts';
import { count, Story, type Verbosity } from './story.ts';
import { STATUS_ORDER, type Style } from './style.ts';

/** A silent run says after so long that it is alive, and what it waits for. */
const HEARTBEAT_MS = 30_000;

/** What plain lines need. */
export interface PlainOptions {
  readonly write: Write;
  readonly style: Style;
  readonly clock: Clock;
  readonly verbosity: Verbosity;
  /** Tell problems only, whatever the rest of the view shows. */
  readonly problemsOnly?: boolean;
}

/** Lines with the time of day, for logs, pipes and terminals that cannot redraw. */
export function plainListener(options: PlainOptions): Listener {
  const { clock, style, verbosity } = options;
  const progress = new Progress();
  const story = new Story(style, options.problemsOnly ? -1 : verbosity);
  const stop = new AbortController();
  const say = (line: string) => options.write(`${timeOfDay(clock.now())} ${line}\n`);
  const beat = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, stop.signal);
      say(heartbeat(progress, clock.now()));
    }
  };
  return {
    handle(event: RunEvent) {
      progress.apply(event, clock.now());
      if (event.kind === 'run-start') {
        if (verbosity >= 0) say(startLine(event));
        beat().catch(() => undefined);
      }
      for (const line of story.lines(event)) say(line);
      if (event.kind === 'run-end') stop.abort();
    },
    close: async () => stop.abort(),
  };
}

function startLine(event: RunEvent & { kind: 'run-start' }): string {
  const mode = event.mode === 'check' ? ', check: nothing will be changed' : '';
  return `${printable(event.playbook)}: ${count(event.hosts.length, 'host')}, ${count(event.tasks.filter((task) => task.standby === undefined).length, 'task')}${mode}`;
}

/** Where the run stands, on one line, with the host that has been at work longest. */
export function heartbeat(progress: Progress, nowMs: number): string {
  const counts = STATUS_ORDER.flatMap((status) => {
    const number = progress.counts.get(status) ?? 0;
    return number === 0 ? [] : [`${status} ${number}`];
  });
  const [slowest] = progress.busy;
  const waits =
    slowest === undefined
      ? ''
      : `, longest: ${printable(slowest.host)} ${formatDuration(nowMs - slowest.sinceMs)} in ${printable(slowest.doing)}`;
  const done = `${progress.finished} of ${progress.total} hosts done`;
  const { phase } = progress;
  const head = phase?.untilMs === undefined ? 'still at work' : printable(phaseText(phase, nowMs));
  return `${head}: ${[done, ...counts, `at work ${progress.busy.length}`].join(', ')}${waits}`;
}

/** Hours, minutes and seconds in the zone of whoever reads. */
export function timeOfDay(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
