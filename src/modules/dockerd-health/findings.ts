import type { Finding, Severity } from '../../core/findings.ts';
import { daemonVerdicts } from '../../diagnosis/daemon-verdicts.ts';
import type { DockerdHealthState } from './state.ts';
import { surroundingsFindings } from './surroundings.ts';

const ORDER: readonly Severity[] = ['critical', 'warning', 'info'];

/** Every verdict on a host: what stands still on it, its daemons, and what its log says; the worst first, and causes before what they bring about. */
export function healthFindings({ daemons, thresholds, around }: DockerdHealthState): readonly Finding[] {
  const all = [...surroundingsFindings(around), ...daemonVerdicts(daemons, thresholds)];
  const rank = ({ severity = 'info' }: Finding) => ORDER.indexOf(severity);
  return all.sort((a, b) => rank(a) - rank(b));
}
