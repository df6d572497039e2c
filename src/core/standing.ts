/** One thing that a run leaves standing on a host, or did there, in a form that can be compared with another run's. */
export interface Standing {
  /** Name in the inventory; empty for what is true of the whole run. */
  readonly host: string;
  /** Equal for the same thing on the same host in two runs. */
  readonly id: string;
  /** How the look itself went (`look`), what was seen on the host (`thing`), or what this run did there (`done`). */
  readonly about: 'look' | 'thing' | 'done';
  /** True if somebody must act; false for what is only worth knowing. */
  readonly trouble: boolean;
  /** One sentence without the host's name. */
  readonly what: string;
  /** Equal for what may be told on one line with the words of the first. */
  readonly group: string;
  /** What to do next; starts with a verb. */
  readonly hint?: string;
}

/** What changed between two runs. */
export interface StandingDiff {
  readonly fresh: readonly Standing[];
  readonly gone: readonly Standing[];
  readonly still: readonly Standing[];
  /** Of hosts that this run has no more. */
  readonly left: readonly Standing[];
  /** Seen before, and nobody could look again: neither gone nor still there. */
  readonly unseen: readonly Standing[];
}
