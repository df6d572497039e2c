/** A line of a host's log. */
export interface LogLine {
  /** Milliseconds since 1970 by the host's clock; undefined where the log gives no time. */
  readonly atMs?: number;
  /** Who wrote it: the kernel, or the name by which a program writes to the journal. */
  readonly from: string;
  readonly text: string;
}

/** What was read of a host's log. */
export interface LogFacts {
  /** The host's time when it was read, in milliseconds since 1970. */
  readonly nowMs: number;
  /** How far back the journal was read, in milliseconds. */
  readonly windowMs: number;
  /** Only the lines that may matter, the newest first. */
  readonly lines: readonly LogLine[];
  /** True if there are more such lines than were taken: counts are then the least that there can be. */
  readonly cut: boolean;
}
