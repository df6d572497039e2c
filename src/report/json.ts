import type { RunReport } from '../core/results.ts';
import type { Listener, Write } from './listener.ts';

/** The whole report as one JSON object, schema `unbusy/run/1`, written once at the end. */
export function jsonListener(write: Write): Listener {
  return {
    handle(event) {
      if (event.kind === 'run-end') write(renderJson(event.report));
    },
    close: async () => undefined,
  };
}

/** A report as JSON text with a final newline. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
