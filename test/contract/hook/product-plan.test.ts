import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Applied, Verdict } from '../../../src/modules/module.ts';
import { hookWords } from '../../../src/modules/product-containers/hook.ts';
import { planProduct, refuseProduct } from '../../../src/modules/product-containers/plan.ts';
import { planProductOnHost } from '../../../src/programs/product-plan.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { paramsOf, stateOf } from '../../unit/modules/product-containers/product-bed.ts';
import { ORDER, type ProductCase, TROUBLE } from '../../unit/modules/product-containers/product-cases.ts';
import { awkKinds } from '../scan/awk-kinds.ts';
import { recordsOf } from './picture-records.ts';

const outcome = (what: Applied | Verdict) => {
  if (what.kind === 'done' || what.kind === 'as-wanted') return 'ok';
  return what.kind === 'denied' ? what.why : what.kind;
};

/** hook-product asks Docker for labels, and says who carries them by id. */
const wordsOf = ({ host, params }: ProductCase) => [
  ...hookWords(paramsOf(params)).filter((word) => !word.startsWith('label=')),
  ...(host.labelled ?? []).map(({ id }) => `id=${id}`),
  ...(host.loose ?? []).flatMap(({ id }) => [`id=${id}`, `loose=${id}`]),
];

describe.each(awkKinds())('the decision of a hook for a product under $name', (kind) => {
  const host = new ShellHost(kind);
  const sandbox = makeSandbox();
  afterAll(() => sandbox.remove());

  const ask = async (each: ProductCase, more: readonly string[] = [], daemon = 'answered') => {
    const { containers, picture, tasks = [], unreadable = [] } = each.host;
    const tried = Object.fromEntries(Object.entries(each.tried ?? {}).map(([id, what]) => [id, outcome(what)]));
    const file = join(sandbox.path, 'records');
    writeFileSync(file, recordsOf({ picture, containers, daemon, tasks, unreadable, tried }));
    const decision = await planProductOnHost(host, { asked: 'plan', file, words: [...wordsOf(each), ...more] });
    if (decision.kind === 'unknown') throw new Error(decision.why);
    const steps = decision.records.flatMap(({ kind: word, fields: [first = ''] }) =>
      ['unmount', 'stop', 'removable'].includes(word) ? [first] : [],
    );
    const refused = decision.records.flatMap(({ kind: word, fields }) => (word === 'refused' ? [fields[3] ?? ''] : []));
    return { steps, refused, records: decision.records };
  };

  it.each([...ORDER, ...TROUBLE])('is that of the module: $name', async (each) => {
    const params = paramsOf(each.params);
    const state = stateOf(each.host, params);
    const tried = new Map(Object.entries(each.tried ?? {}));
    const plan = planProduct(state, params, tried).filter(({ certainty }) => certainty === 'certain');
    const { steps, refused, records } = await ask(each);
    expect(steps).toEqual(plan.map(({ id }) => id));
    expect(refused).toHaveLength(refuseProduct(state, params, tried).length);
    const held = state.projects.length > 0 ? [] : state.held;
    const leaks = records.flatMap(({ kind: word, fields }) => (word === 'leak' ? [fields[0]] : []));
    expect(leaks).toEqual(held.map(({ leak: { namespace, mount } }) => `${namespace}:${mount.id}:${mount.device}`));
  });

  const full = ORDER.find(({ name }) => name.startsWith('a monitor lets go of all others first')) as ProductCase;

  it('goes no further than --only: neither a mount nor a container of somebody else', async () => {
    const { steps } = await ask(full, ['only=name:shop-db']);
    expect(steps).toEqual(['unmount:200:2010', expect.stringMatching(/^stop:db/)]);
    expect((await ask(full, ['only=none'])).steps).toEqual([]);
  });

  it('only unmounts where Docker does not answer, and says what is left', async () => {
    const { steps, refused } = await ask(full, [], 'stopped');
    expect(steps).toEqual(['unmount:200:2012', 'unmount:200:2011', 'unmount:200:2010']);
    expect(refused).toEqual(Array(3).fill('Docker does not answer, so it is neither stopped nor removed'));
  });

  it('watches those that are to live on, and not those that are to go', async () => {
    const watched = async (words: readonly string[]) =>
      (await ask(full, words)).records.flatMap(({ kind: word, fields }) => (word === 'watch' ? [fields[1]] : []));
    expect(await watched([])).toEqual(['other']);
    expect(await watched(['only=name:shop-db'])).toEqual(['shop-web', 'other', 'cadvisor']);
  });
});
