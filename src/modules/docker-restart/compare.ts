import { printable } from '../../core/text.ts';
import type { RunningContainer } from '../../programs/docker-running.ts';
import { fateOf } from './fate.ts';
import type { LiveRestore } from './state.ts';

/** What a restart did to what ran before it. */
export interface Comparison {
  /** What was to run and does not, or not as it did; a restart with any of it is taken back. */
  readonly harm: readonly string[];
  readonly kept: readonly string[];
  readonly returned: readonly string[];
  /** Was to stop, and did. */
  readonly ended: readonly string[];
  /** Health checks that have not come to a result yet. */
  readonly starting: readonly string[];
}

/** Compares containers by id, process and health. */
export function compareContainers(
  before: readonly RunningContainer[],
  after: readonly RunningContainer[],
  live: LiveRestore,
): Comparison {
  const now = new Map(after.map((each) => [each.id, each]));
  const seen = { harm: [] as string[], kept: [] as string[], returned: [] as string[], ended: [] as string[] };
  for (const was of before) {
    const name = printable(was.name);
    const is = now.get(was.id);
    const fate = fateOf(was, live);
    if (is === undefined) {
      if (fate === 'stays') seen.harm.push(`${name} no longer runs, although live-restore is on`);
      else if (fate === 'returns') seen.harm.push(`${name} did not come back (restart policy ${was.policy})`);
      else seen.ended.push(name);
      continue;
    }
    if (is.pid === was.pid) seen.kept.push(name);
    else if (fate === 'stays') seen.harm.push(`${name} was restarted, although live-restore is on`);
    else seen.returned.push(name);
    if (was.health === 'healthy' && is.health === 'unhealthy') seen.harm.push(`${name} was healthy and is unhealthy`);
  }
  const starting = after.filter((each) => each.health === 'starting').map((each) => printable(each.name));
  return { ...seen, starting };
}
