import { describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../../../src/config/playbook.ts';
import { productContainersModule } from '../../../../src/modules/product-containers/index.ts';
import { productContainersParams } from '../../../../src/modules/product-containers/params.ts';
import { planProduct, refuseProduct } from '../../../../src/modules/product-containers/plan.ts';
import { verifyProduct } from '../../../../src/modules/product-containers/verify.ts';
import { MODULES } from '../../../../src/modules/registry.ts';
import { DB, hostOf, NEIGHBOUR, paramsOf, spaceOf, stateOf, WEB } from './product-bed.ts';
import { ORDER, type ProductCase, TROUBLE } from './product-cases.ts';

function decide({ host, params: given, tried = {} }: ProductCase) {
  const params = paramsOf(given);
  const state = stateOf(host, params);
  const map = new Map(Object.entries(tried));
  return {
    plan: planProduct(state, params, map).map(({ id, certainty }) => (certainty === 'certain' ? id : `${id}?`)),
    refusals: refuseProduct(state, params, map).map(({ what, why }) => `${what}: ${why}`),
  };
}

describe('the plan for a product', () => {
  it.each([...ORDER, ...TROUBLE])('$name', (each) => {
    const { plan, refusals } = decide(each);
    expect(plan).toEqual(each.plan);
    expect(refusals).toEqual((each.refused ?? []).map((words) => expect.stringContaining(words)));
  });

  it('names the process that keeps a container from stopping', () => {
    const [first] = TROUBLE;
    if (first === undefined) throw new Error('no case');
    expect(decide(first).refusals[0]).toContain(
      'its process 4100 (writer) is in state D, waiting in percpu_rwsem_wait',
    );
  });

  it('is refused where nothing says what the product is', () => {
    const host = { containers: [DB], picture: hostOf([DB]) + spaceOf(DB) };
    const none = decide({ name: '', host, params: { names: [] }, plan: [] });
    expect(none).toEqual({ plan: [], refusals: ['the product: nothing says which containers are of it'] });
  });
});

describe('what a product is chosen by', () => {
  it.each(['*', '**', '?*'])('is not every name: %s', (name) => {
    expect(productContainersParams.safeParse({ names: [name] }).success).toBe(false);
    expect(productContainersParams.safeParse({ names: [name], everything: true }).success).toBe(true);
  });
});

describe('a playbook', () => {
  const mistakes = (params: string) => {
    try {
      loadPlaybook(
        'p.yml',
        `- { hosts: all, vars: { none: [] }, tasks: [{ name: a, product_containers: ${params} }] }`,
        MODULES,
      );
      return '';
    } catch (thrown) {
      return String(thrown);
    }
  };

  it('has a mistake where a key does not exist or a name means everybody; what leaves out the product is refused on the host', () => {
    expect(mistakes('{ names: "{{ none }}" }')).toBe('');
    expect(mistakes('{ naems: [web] }')).toContain('has no "naems"');
    expect(mistakes('{ names: ["*"] }')).toContain('"names[0]" means every container of a host');
  });
});

describe('after a step', () => {
  const containers = [DB, WEB, NEIGHBOUR];
  const picture = hostOf(containers) + containers.map((each) => spaceOf(each)).join('');
  const params = paramsOf();
  const before = stateOf({ containers, picture }, params);
  const [stop, , remove] = planProduct(before, params, new Map());
  const stoppedWeb = { ...WEB, status: 'exited', pid: 0 };
  const after = stateOf(
    { containers: [DB, stoppedWeb, NEIGHBOUR], picture: hostOf([DB, NEIGHBOUR]) + spaceOf(DB) + spaceOf(NEIGHBOUR) },
    params,
  );

  it('a stop is believed if it does not run, or is gone', () => {
    if (stop === undefined) throw new Error('no step');
    expect(verifyProduct(before, stop, before)).toMatchObject({ kind: 'not-yet' });
    expect(verifyProduct(after, stop, before)).toEqual({ kind: 'as-wanted' });
    const gone = stateOf(
      { containers: [DB, NEIGHBOUR], picture: hostOf([DB, NEIGHBOUR]) + spaceOf(DB) + spaceOf(NEIGHBOUR) },
      params,
    );
    expect(verifyProduct(gone, stop, before)).toEqual({ kind: 'as-wanted' });
  });

  it('a removal is believed if Docker does not list it', () => {
    if (remove === undefined) throw new Error('no step');
    expect(verifyProduct(after, remove, before)).toMatchObject({ kind: 'not-yet' });
    const none = stateOf({ containers: [NEIGHBOUR], picture: hostOf([NEIGHBOUR]) + spaceOf(NEIGHBOUR) }, params);
    expect(verifyProduct(none, remove, before)).toEqual({ kind: 'as-wanted' });
  });

  it('nothing of the product being there is told only of a host that had nothing of it', () => {
    if (remove === undefined) throw new Error('no step');
    const none = stateOf({ containers: [NEIGHBOUR], picture: hostOf([NEIGHBOUR]) + spaceOf(NEIGHBOUR) }, params);
    const { findings } = productContainersModule;
    expect(findings?.(none, [])).toMatchObject([{ title: 'nothing of the product is on this host' }]);
    expect(findings?.(none, [{ ...remove, outcome: 'changed' }])).toEqual([]);
  });

  it('nothing is believed if a neighbour does not run as before', () => {
    if (stop === undefined) throw new Error('no step');
    expect(verifyProduct({ ...after, bystanders: [] }, stop, before)).toMatchObject({
      why: expect.stringContaining('other'),
    });
    expect(verifyProduct({ ...after, docker: undefined }, stop, before)).toMatchObject({ kind: 'unknown' });
  });
});
