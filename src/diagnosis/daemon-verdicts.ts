import type { Finding, Severity } from '../core/findings.ts';
import { apiFindings } from './daemon-api-verdicts.ts';
import type { DaemonFacts } from './daemon-facts.ts';
import { fdFindings } from './daemon-fd-verdicts.ts';
import { memoryFindings } from './daemon-memory-verdicts.ts';
import { stateFindings } from './daemon-state-verdicts.ts';
import type { DaemonThresholds } from './daemon-thresholds.ts';
import { daemonName } from './daemon-words.ts';
import { goroutineFindings } from './goroutine-verdicts.ts';
import { versionFindings } from './versions.ts';

const ORDER: readonly Severity[] = ['critical', 'warning', 'info'];

/**
 * What is wrong with the daemons of a host, the worst first; of severity `info`, what is worth knowing. Nothing is said of what could
 * not be read: that is a gap of the look.
 */
export function daemonVerdicts(facts: DaemonFacts, limits: DaemonThresholds): readonly Finding[] {
  const all = [
    ...apiFindings(facts, limits),
    ...stateFindings(facts),
    ...fdFindings(facts, limits),
    ...memoryFindings(facts, limits),
    ...dumpFindings(facts, limits),
    ...versionFindings(facts.versions),
  ];
  const rank = ({ severity = 'info' }: Finding) => ORDER.indexOf(severity);
  return all.sort((a, b) => rank(a) - rank(b));
}

function dumpFindings({ apis, processes, versions: all }: DaemonFacts, limits: DaemonThresholds): readonly Finding[] {
  return apis.flatMap(({ pid, goroutines, versions, containersRunning }) => {
    if (goroutines.kind !== 'read') return [];
    const daemon = processes.find((each) => each.pid === pid);
    const name = daemon === undefined ? 'dockerd' : daemonName(daemon);
    // What the API does not tell was asked of the program.
    const version = [...versions, ...all].find(({ component }) => component === 'dockerd')?.version ?? '';
    const { from } = goroutines;
    const source = from === undefined ? {} : { source: `read from ${from.path}, written ${from.ageSeconds} s ago` };
    return goroutineFindings(goroutines.dump, { name, version, containersRunning, ...source }, limits);
  });
}
