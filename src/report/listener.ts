import type { RunEvent } from '../core/events.ts';

/** Takes the events of a run, in order, and never throws. */
export interface Listener {
  handle(event: RunEvent): void;
  /** Ends what is still drawn or timed; may be called more than once. */
  close(): Promise<void>;
}

/** Where text goes: a stream, or an array in a test. */
export type Write = (text: string) => void;
