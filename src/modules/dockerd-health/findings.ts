import type { Finding } from '../../core/findings.ts';
import { daemonVerdicts } from '../../diagnosis/daemon-verdicts.ts';
import type { DockerdHealthState } from './state.ts';
import { surroundingsFindings } from './surroundings.ts';

/** Every verdict on a host: its daemons, what stands still on it, and what its log says. */
export function healthFindings({ daemons, thresholds, around }: DockerdHealthState): readonly Finding[] {
  return [...daemonVerdicts(daemons, thresholds), ...surroundingsFindings(around)];
}
