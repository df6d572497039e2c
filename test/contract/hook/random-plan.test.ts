import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hookWords } from '../../../src/modules/dead-containers/hook.ts';
import { RUNGS } from '../../../src/modules/dead-containers/params.ts';
import { planSweep, refuseSweep } from '../../../src/modules/dead-containers/plan.ts';
import { decideOnHost } from '../../../src/programs/hook-plan.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import {
  DEAD,
  DIRECTORY,
  MONITOR,
  OTHER,
  paramsOf,
  stateOf,
  WEB,
} from '../../unit/modules/dead-containers/sweep-bed.ts';
import { awkKinds } from '../scan/awk-kinds.ts';
import { recordsOf } from './picture-records.ts';
import { pictures } from './random-picture.ts';

const SEED = 20_261_121;

/** The first awk sees many pictures, the others enough to find where they differ. */
const runsOf = (index: number) => (index === 0 ? 250 : 60);

describe.each(awkKinds().map((kind, index) => ({ kind, name: kind.name, runs: runsOf(index) })))(
  'the decision of a hook on random hosts under $name',
  ({ kind, runs }) => {
    const host = new ShellHost(kind);
    const sandbox = makeSandbox();
    afterAll(() => sandbox.remove());
    let planned = 0;
    let refused = 0;
    const causes = new Set<string>();

    it('is that of the module', async () => {
      const file = join(sandbox.path, 'records');
      const release = fc.subarray(
        RUNGS.filter((each) => each !== 'restart_holder'),
        { minLength: 1 },
      );
      const check = async (picture: string, rungs: (typeof RUNGS)[number][], withDirectory: boolean) => {
        const directories = withDirectory ? [DIRECTORY] : [];
        const state = stateOf({ picture, directories, dead: [DEAD, OTHER] });
        const params = paramsOf({ release: rungs });
        const wanted = planSweep(state, params, new Map()).filter(({ certainty }) => certainty === 'certain');
        const unwilling = refuseSweep(state, params, new Map());
        writeFileSync(
          file,
          recordsOf({ picture, containers: [DEAD, OTHER, MONITOR, WEB], daemon: 'answered', directories }),
        );
        const decision = await decideOnHost(host, { asked: 'plan', file, words: hookWords(params) });
        if (decision.kind === 'unknown') throw new Error(decision.why);
        const of = (word: string) =>
          decision.records.filter((record) => record.kind === word).map(({ fields }) => fields);
        const steps = decision.records.flatMap(({ kind: word, fields: [first = ''] }) =>
          word === 'rmdir' || word === 'unmount' ? [first] : word === 'removable' ? [`remove:${first}`] : [],
        );
        expect(steps).toEqual(wanted.map(({ id }) => id));
        expect(of('refused')).toHaveLength(unwilling.length);
        const leaks = state.leaks.leaks.map(
          ({ namespace, mount, cause }) => `${namespace}:${mount.id}:${mount.device} ${cause}`,
        );
        expect(
          of('leak')
            .map(([key, , , , cause]) => `${key} ${cause}`)
            .sort(),
        ).toEqual(leaks.sort());
        for (const { cause } of state.leaks.leaks) causes.add(cause);
        planned += steps.filter((id) => !id.startsWith('remove:')).length;
        refused += unwilling.length;
      };
      await fc.assert(fc.asyncProperty(pictures, release, fc.boolean(), check), { seed: SEED, numRuns: runs });
      // A test that never sees a step or a refusal shows nothing.
      expect(planned).toBeGreaterThan(runs / 10);
      expect(refused).toBeGreaterThan(runs / 10);
      expect(causes.size).toBeGreaterThan(4);
    }, 180_000);
  },
);
