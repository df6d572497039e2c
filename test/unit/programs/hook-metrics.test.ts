import { describe, expect, it } from 'vitest';
import { TASK_STATUSES } from '../../../src/core/results.ts';
import { findingsOf } from '../../../src/modules/dead-containers/findings.ts';
import { CAUSE_WORDS } from '../../../src/mounts/leak-words.ts';
import { HOOK_METRICS } from '../../../src/programs/hook-metrics.ts';
import { metricsOf } from '../../../src/report/metrics.ts';
import { HOST, stateOf } from '../modules/dead-containers/sweep-bed.ts';

/** The explanation of each metric of the hook. */
const explained = [...HOOK_METRICS.matchAll(/family\("(\w+)", "(\w+)", "([^"]+)"\)/g)].map(([, ...words]) => words);

describe('the metrics of a hook', () => {
  it('are explained as those of the controller, for a collector reads both', () => {
    const facts = { playbook: 'p', version: '1', startedMs: 0, endedMs: 1000, exitCode: 0 };
    const leak = { name: 'unbusy_leaks', labels: { playbook: 'p', host: 'a', cause: 'c' }, value: 1 };
    const families = metricsOf(facts, [leak]).map(({ name, type, help }) => [name, type, help]);
    expect(explained.length).toBeGreaterThan(7);
    const own = explained.map(([name]) => name);
    expect(explained.filter(([name]) => name !== 'unbusy_period_seconds').sort()).toEqual(
      families.filter(([name]) => own.includes(name)).sort(),
    );
  });

  it('tell the causes of leaks in the words of findings', () => {
    const words = [...HOOK_METRICS.matchAll(/if \(cause == "([a-z-]+)"\) return "([^"]+)"/g)].map(
      ([, ...pair]) => pair,
    );
    const { unknown, ...known } = CAUSE_WORDS;
    expect(words.slice(0, -1)).toEqual(Object.entries(known));
    const [dead] = findingsOf(stateOf({ picture: HOST })).filter(({ kind }) => kind === 'dead-container');
    expect(words.at(-1)).toEqual(['left-behind', dead?.cause]);
    expect(HOOK_METRICS).toContain(`return "${unknown}"`);
  });

  it('count hosts by every status there is', () => {
    expect(/split\("([a-z -]+)", states/.exec(HOOK_METRICS)?.[1]?.split(' ')).toEqual([...TASK_STATUSES]);
  });
});
