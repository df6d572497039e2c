import type { RunReport } from '../core/results.ts';
import { reportWithoutDiffs } from './diffs.ts';
import type { Listener, Write } from './listener.ts';

/** The whole report as one JSON object, schema `unbusy/run/1`, written once at the end; with diffs of files only if they are asked for. */
export function jsonListener(write: Write, diffs = false): Listener {
  return {
    handle(event) {
      if (event.kind === 'run-end') write(renderJson(diffs ? event.report : reportWithoutDiffs(event.report)));
    },
    close: async () => undefined,
  };
}

/** A report as JSON text with a final newline. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
