import type { Finding } from '../core/findings.ts';
import type { DaemonFacts } from './daemon-facts.ts';
import type { DaemonThresholds } from './daemon-thresholds.ts';

/** Everything that is wrong with the daemons of a host, each as a verdict; empty for a host whose daemons are well. */
export function daemonVerdicts(_facts: DaemonFacts, _thresholds: DaemonThresholds): readonly Finding[] {
  return [];
}
