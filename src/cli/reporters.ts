import type { RunEvent } from '../core/events.ts';
import { jsonListener } from '../report/json.ts';
import { jsonlListener } from '../report/jsonl.ts';
import type { Listener } from '../report/listener.ts';
import { liveListener } from '../report/live.ts';
import { plainListener } from '../report/plain.ts';
import type { Verbosity } from '../report/story.ts';
import type { Given } from './given.ts';
import type { Io } from './io.ts';
import { canRedraw, styleFor } from './look.ts';

/** How much is told, by -q and -v. */
export function verbosityOf(given: Given): Verbosity {
  if (given.has('quiet')) return -1;
  return Math.min(2, given.count('verbose')) as Verbosity;
}

/** Progress on stderr: a window where it can be redrawn, else lines; `problemsOnly` where a result tells the rest. */
export function progressListener(io: Io, given: Given, problemsOnly = false): Listener {
  const verbosity = verbosityOf(given);
  const style = styleFor(io, given, io.err);
  const write = (text: string) => io.err.write(text);
  const { clock } = io;
  if (verbosity < 0 || !canRedraw(io, io.err)) return plainListener({ write, style, clock, verbosity, problemsOnly });
  return liveListener({ write, style, clock, verbosity, problemsOnly, columns: () => io.err.columns() });
}

/** What programs read on stdout: --jsonl while it happens, --json at the end, or nothing. Content of files is in it only with -D. */
export function machineListeners(io: Io, given: Given): readonly Listener[] {
  const write = (text: string) => io.out.write(text);
  const diffs = given.has('diff');
  if (given.has('jsonl')) return [jsonlListener(write, io.clock, diffs)];
  return given.has('json') ? [jsonListener(write, diffs)] : [];
}

/** Several listeners as one; each event reaches all of them before the next one comes. */
export function allListeners(listeners: readonly Listener[]): Listener {
  return {
    handle(event: RunEvent) {
      for (const listener of listeners) listener.handle(event);
    },
    async close() {
      for (const listener of listeners) await listener.close();
    },
  };
}
