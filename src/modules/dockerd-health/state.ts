import type { DaemonFacts } from '../../diagnosis/daemon-facts.ts';
import type { DaemonThresholds } from '../../diagnosis/daemon-thresholds.ts';
import type { Surroundings } from './surroundings.ts';

/** What was measured on a host, and what it is judged by. */
export interface DockerdHealthState {
  readonly daemons: DaemonFacts;
  readonly thresholds: DaemonThresholds;
  readonly around: Surroundings;
}
