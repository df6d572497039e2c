import { describe, expect, it } from 'vitest';
import { UnbusyError } from '../../../../src/core/errors.ts';
import { planSweep, refuseSweep } from '../../../../src/modules/dead-containers/plan.ts';
import type { Applied } from '../../../../src/modules/module.ts';
import { LADDER, UNMOUNT } from './plan-cases.ts';
import { HAZARDS } from './plan-hazards.ts';
import { DEAD, HOST, held, paramsOf, stateOf } from './sweep-bed.ts';

describe('the plan of a sweep', () => {
  it.each([...LADDER, ...HAZARDS])('$name', ({ host = {}, params, tried = {}, plan, refused = [] }) => {
    const state = stateOf(host);
    const map = new Map(Object.entries(tried));
    const made = planSweep(state, paramsOf(params), map);
    expect(made.map((change) => change.id + (change.certainty === 'conditional' ? '?' : ''))).toEqual(plan);
    const refusals = refuseSweep(state, paramsOf(params), map);
    expect(refusals.map((refusal) => refusal.why)).toHaveLength(refused.length);
    for (const [index, words] of refused.entries()) {
      const refusal = refusals[index];
      expect(refusal?.why).toContain(words);
      expect(refusal?.hint).toMatch(/^[A-Z]/);
    }
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('does not let a removal run in the round of the release that it waits for', () => {
    const [release, removal] = planSweep(stateOf({}), paramsOf(), new Map());
    expect(removal?.needs).toEqual([`seen-free:${DEAD.id}`]);
    expect(release?.needs).toBeUndefined();
    const [free] = planSweep(stateOf({ picture: HOST }), paramsOf(), new Map());
    expect(free?.needs).toBeUndefined();
  });

  it('takes a host error for the end of the ladder, with its words', () => {
    const failed: Applied = { kind: 'failed', error: new UnbusyError('E_VERIFY', 'it did not work') };
    const [refusal] = refuseSweep(stateOf({}), paramsOf(), new Map([[UNMOUNT, failed]]));
    expect(refusal?.why).toContain('it did not work');
  });

  it('goes by way of a thread, or of what pins the namespace, where no process lives in it', () => {
    const witness = (picture: string) => {
      const [change] = planSweep(stateOf({ picture: HOST + picture }), paramsOf(), new Map());
      return change?.step.kind === 'unmount' ? change.step.mount : undefined;
    };
    expect(witness(held())).toMatchObject({
      file: '/proc/2000/ns/mnt',
      task: '/proc/2000',
      startTime: '4711',
      parentShared: undefined,
    });
    const thread = held().replace('task 2000 2000', 'task 2000 2007');
    expect(witness(thread)).toMatchObject({ file: '/proc/2000/task/2007/ns/mnt', task: '/proc/2000/task/2007' });
    const pinned = held().replace(/task 2000.*/, 'pin /run/kept/mnt');
    expect(witness(pinned)).toMatchObject({ file: '/run/kept/mnt', task: '', startTime: '' });
  });
});
