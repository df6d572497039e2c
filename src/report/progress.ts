import { formatDuration } from '../core/clock.ts';
import type { RunEvent } from '../core/events.ts';
import type { TaskStatus } from '../core/results.ts';

/** A host that is being worked on: since when, and since when it does what. */
export interface BusyHost {
  readonly host: string;
  readonly sinceMs: number;
  readonly doing: string;
  readonly doingSinceMs: number;
}

/** Where a run stands, told by its events; times are those of the listener's clock. */
export class Progress {
  title = '';
  mode: 'run' | 'check' = 'run';
  total = 0;
  finished = 0;
  startedMs = 0;
  /** What the whole run does now, and until when if that is known. */
  phase: Phase | undefined;
  readonly counts = new Map<TaskStatus, number>();
  readonly #busy = new Map<string, BusyHost>();

  /** Takes one event that happened now. */
  apply(event: RunEvent, nowMs: number): void {
    const step = stepOf(event);
    if (step !== undefined) this.#does(step.host, step.doing, nowMs);
    this.phase = phaseAfter(event, this.phase, nowMs);
    if (event.kind === 'run-start') {
      this.title = event.playbook;
      this.mode = event.mode;
      this.total = event.hosts.length;
      this.startedMs = nowMs;
    } else if (event.kind === 'task-end' && this.#busy.has(event.result.host)) {
      this.#does(event.result.host, `after: ${event.result.task}`, nowMs);
    } else if (event.kind === 'host-end') {
      const { host, status } = event.result;
      this.#busy.delete(host);
      this.finished += 1;
      this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
    }
  }

  /** Hosts at work, the one that began first at the head. */
  get busy(): readonly BusyHost[] {
    return [...this.#busy.values()].sort((a, b) => a.sinceMs - b.sinceMs);
  }

  get notStarted(): number {
    return Math.max(0, this.total - this.finished - this.#busy.size);
  }

  #does(host: string, doing: string, nowMs: number): void {
    const before = this.#busy.get(host);
    this.#busy.set(host, { host, sinceMs: before?.sinceMs ?? nowMs, doing, doingSinceMs: nowMs });
  }
}

/** What a run as a whole does: a batch, a soak, a question. */
export interface Phase {
  readonly text: string;
  readonly untilMs?: number;
}

function phaseAfter(event: RunEvent, before: Phase | undefined, nowMs: number): Phase | undefined {
  switch (event.kind) {
    case 'signatures-start':
      return { text: `reading the signatures of ${event.hosts} hosts` };
    case 'batch-start':
      return { text: event.where };
    case 'soak-start':
      return { text: 'soaking', untilMs: nowMs + event.ms };
    case 'confirm-start':
      return { text: 'waiting for an answer' };
    case 'stopped':
      return { text: 'stopped: hosts at work go on, no further one is begun' };
    case 'rollout':
    case 'soak-end':
    case 'confirm-end':
    case 'batch-end':
      return undefined;
    default:
      return before;
  }
}

/** A phase in words, with what is left of it. */
export function phaseText({ text, untilMs }: Phase, nowMs: number): string {
  return untilMs === undefined ? text : `${text} ${formatDuration(Math.max(0, untilMs - nowMs))}, ^C to stop`;
}

/** What a host begins to do with this event, if it begins something. */
function stepOf(event: RunEvent): { readonly host: string; readonly doing: string } | undefined {
  switch (event.kind) {
    case 'host-start':
      return { host: event.host, doing: 'connecting' };
    case 'host-connected':
      return { host: event.host, doing: 'connected' };
    case 'host-waiting':
      return { host: event.host, doing: `waiting: ${event.why}` };
    case 'task-start':
      return { host: event.host, doing: event.task.name };
    case 'change-start':
      return { host: event.host, doing: event.title };
    default:
      return undefined;
  }
}
