import type { Clock } from '../core/clock.ts';
import type { RunEvent } from '../core/events.ts';
import type { HostResult, RunReport, TaskStatus } from '../core/results.ts';
import { eventWithoutDiffs } from './diffs.ts';
import type { Listener, Write } from './listener.ts';

/** The schema of every line; fields are added, never renamed or removed. */
export const EVENT_SCHEMA = 'unbusy/event/1';

/**
 * One JSON object a line, in the order of the events, so also in order for each host; `seq` counts from 0 without a gap.
 * Nothing is told twice: `host-end` leaves out the tasks that `task-end` gave, `run-end` the hosts. Diffs of files are in it
 * only if they are asked for.
 */
export function jsonlListener(write: Write, clock: Clock, diffs = false): Listener {
  let seq = 0;
  return {
    handle(event) {
      const time = new Date(clock.now()).toISOString();
      write(
        `${JSON.stringify({ schema: EVENT_SCHEMA, seq, time, ...slim(diffs ? event : eventWithoutDiffs(event)) })}\n`,
      );
      seq += 1;
    },
    close: async () => undefined,
  };
}

function slim(event: RunEvent): object {
  if (event.kind === 'host-end') return { kind: event.kind, result: slimHost(event.result) };
  if (event.kind === 'run-end') return { kind: event.kind, report: slimReport(event.report) };
  return event;
}

function slimHost({ tasks, ...rest }: HostResult): object {
  return { ...rest, taskCount: tasks.length };
}

function slimReport({ hosts, ...rest }: RunReport): object {
  const counts: Partial<Record<TaskStatus, number>> = {};
  for (const { status } of hosts) counts[status] = (counts[status] ?? 0) + 1;
  return { ...rest, hostCount: hosts.length, counts };
}
