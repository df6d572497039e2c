import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hookWords } from '../../../src/modules/dead-containers/hook.ts';
import { planSweep, refuseSweep } from '../../../src/modules/dead-containers/plan.ts';
import type { Applied, Verdict } from '../../../src/modules/module.ts';
import { decideOnHost } from '../../../src/programs/hook-plan.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type Case, LADDER, REMOVE } from '../../unit/modules/dead-containers/plan-cases.ts';
import { HAZARDS } from '../../unit/modules/dead-containers/plan-hazards.ts';
import { HOST, held, MONITOR, paramsOf, stateOf, WEB } from '../../unit/modules/dead-containers/sweep-bed.ts';
import { awkKinds } from '../scan/awk-kinds.ts';
import { recordsOf } from './picture-records.ts';

/** Cases that a hook decides at another place: hook-sweep looks for immutable files right before it asks Docker. */
const ELSEWHERE: ReadonlySet<string> = new Set(['an immutable file']);

const outcome = (what: Applied | Verdict) => (what.kind === 'done' || what.kind === 'as-wanted' ? 'ok' : what.kind);

function recordsOfCase({ host = {}, tried = {} }: Case): string {
  const state = stateOf(host);
  return recordsOf({
    picture: host.picture ?? HOST + held(),
    containers: [...(host.dead ?? state.docker?.state.containers.slice(0, -2) ?? []), host.monitor ?? MONITOR, WEB],
    daemon: host.silent ?? 'answered',
    ...(host.directories === undefined ? {} : { directories: host.directories }),
    ...(host.unreadable === undefined ? {} : { unreadable: host.unreadable }),
    ...(host.tasks === undefined ? {} : { tasks: host.tasks }),
    tried: Object.fromEntries(Object.entries(tried).map(([id, what]) => [id, outcome(what)])),
  });
}

/** What the module would do now and a hook can do: no restart, nothing that was tried, no removal before its round. */
function steps({ host = {}, params, tried = {} }: Case): readonly string[] {
  const map = new Map(Object.entries(tried));
  return planSweep(stateOf(host), paramsOf(params), map)
    .filter(({ id, certainty }) => certainty === 'certain' && !map.has(id) && !id.startsWith('restart:'))
    .map(({ id }) => id);
}

describe.each(awkKinds())('the decision of a hook under $name', (kind) => {
  const host = new ShellHost(kind);
  const sandbox = makeSandbox();
  afterAll(() => sandbox.remove());
  const ask = async (each: Case) => {
    const file = join(sandbox.path, 'records');
    writeFileSync(file, recordsOfCase(each));
    return decideOnHost(host, { asked: 'plan', file, words: hookWords(paramsOf(each.params)) });
  };

  it.each([...LADDER, ...HAZARDS].filter(({ name }) => !ELSEWHERE.has(name)))(
    'is that of the module: $name',
    async (each) => {
      const decision = await ask(each);
      if (decision.kind === 'unknown') throw new Error(decision.why);
      const made = decision.records.flatMap(({ kind: word, fields: [first = ''] }) => {
        if (word === 'rmdir' || word === 'unmount') return [first];
        return word === 'removable' ? [`remove:${first}`] : [];
      });
      expect(made.filter((id) => !(id === REMOVE && id in (each.tried ?? {})))).toEqual(steps(each));
      const map = new Map(Object.entries(each.tried ?? {}));
      const refusals = refuseSweep(stateOf(each.host ?? {}), paramsOf(each.params), map).filter(
        ({ what }) => !what.startsWith('docker rm'),
      );
      const refused = decision.records.filter((record) => record.kind === 'refused');
      // A hook refuses at least what the module refuses; where the module would restart, a hook has no rung left.
      expect(refused.length).toBeGreaterThanOrEqual(refusals.length);
      if (refusals.length === 0 && made.length === 0 && !('REMOVE' in (each.tried ?? {}))) {
        const restarts = planSweep(stateOf(each.host ?? {}), paramsOf(each.params), map).some(({ id }) =>
          id.startsWith('restart:'),
        );
        expect(refused.length > 0).toBe(restarts);
      }
    },
  );
});
