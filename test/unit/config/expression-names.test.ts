import { describe, expect, it } from 'vitest';
import { FACT_NAMES } from '../../../src/config/expression-names.ts';
import type { HostFacts } from '../../../src/connection/session.ts';

/** The compiler refuses this if a fact is missing or too many. */
const FACTS: Record<keyof HostFacts, true> = {
  os: true,
  kernel: true,
  nodename: true,
  uid: true,
  processGroup: true,
  startTime: true,
  procVisible: true,
  bootId: true,
};

describe('FACT_NAMES', () => {
  it('are the facts that a session has', () => {
    expect([...FACT_NAMES].sort()).toEqual(Object.keys(FACTS).sort());
  });
});
