/** Exit numbers that every program shares; 1, 2 and 126 to 165 belong to shells. */
export const EXIT = {
  done: 0,
  stale: 10,
  busy: 11,
  denied: 12,
  toolMissing: 13,
  /** Looking was cut short by the program's own deadline. */
  timedOut: 14,
  badArguments: 64,
} as const;
