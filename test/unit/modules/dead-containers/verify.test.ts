import { describe, expect, it } from 'vitest';
import { planSweep } from '../../../../src/modules/dead-containers/plan.ts';
import type { SweepChange, SweepState } from '../../../../src/modules/dead-containers/state.ts';
import { verifySweep } from '../../../../src/modules/dead-containers/verify.ts';
import { DEAD, DIRECTORY, HOST, held, MONITOR, OTHER, paramsOf, stateOf, type Twist, WEB } from './sweep-bed.ts';

const FREE = stateOf({ picture: HOST });

function firstStep(twist: Twist, release: readonly ('rmdir' | 'unmount' | 'restart_holder')[] = ['rmdir', 'unmount']) {
  const before = stateOf(twist);
  const [change] = planSweep(before, paramsOf({ release }), new Map());
  if (change === undefined) throw new Error('nothing is planned');
  return { before, change };
}

const verdict = (after: SweepState, { before, change }: { before: SweepState; change: SweepChange }) =>
  verifySweep(after, change, before).kind;

/** The state with other bystanders. */
const living = (state: SweepState, twist: Partial<SweepState['bystanders'][number]> | undefined): SweepState => ({
  ...state,
  bystanders: twist === undefined ? [] : state.bystanders.map((each) => ({ ...each, ...twist })),
});

describe('the second look', () => {
  it.each([
    ['an unmount', firstStep({})],
    ['a directory', firstStep({ directories: [DIRECTORY] })],
    ['a restart', firstStep({}, ['restart_holder'])],
  ])('sees after %s whether the mount is gone', (_name, step) => {
    expect(verdict(FREE, step)).toBe('as-wanted');
    expect(verdict(stateOf({}), step)).toBe('not-yet');
    expect(verdict(stateOf({ picture: HOST, unreadable: [{ pid: 7, why: 'hidden' }] }), step)).toBe('unknown');
  });

  it('does not say that it looked where the container is no target any more', () => {
    const nobody = stateOf({ picture: HOST, dead: [] });
    const unlooked: SweepState = { ...nobody, view: undefined, leaks: { leaks: [], clean: [], latent: [] } };
    const others = stateOf({ picture: HOST, dead: [OTHER] });
    for (const after of [nobody, unlooked, others]) {
      expect(verifySweep(after, firstStep({}).change, firstStep({}).before)).toEqual({
        kind: 'as-wanted',
        unseen: true,
      });
      expect(verdict(after, firstStep({}, ['restart_holder']))).toBe('unknown');
    }
    expect(verifySweep(FREE, firstStep({}).change, firstStep({}).before)).toEqual({ kind: 'as-wanted' });
  });

  it('does not take another mount that has the number now for the old one', () => {
    const other = held().replace('52 51 0:60', '52 51 0:61');
    expect(verdict(stateOf({ picture: HOST + other }), firstStep({}))).toBe('as-wanted');
  });

  it('sees harm: a bystander that is gone, is another process, or has lost its root', () => {
    const step = firstStep({});
    expect(verdict(living(FREE, undefined), step)).toBe('not-yet');
    expect(verdict(living(FREE, { pid: 3001 }), step)).toBe('not-yet');
    expect(verdict(living(FREE, { startTime: '9' }), step)).toBe('not-yet');
    expect(verdict(living(FREE, { rootDevice: '8:1' }), step)).toBe('not-yet');
    expect(verdict(living(FREE, {}), step)).toBe('as-wanted');
  });

  it('does not call a bystander harmed that it could not look at', () => {
    const step = firstStep({});
    const gaps = [{ what: `container ${WEB.id}`, why: 'its state cannot be read' }];
    const blind = (state: SweepState): SweepState => ({
      ...state,
      ...(state.docker === undefined ? {} : { docker: { ...state.docker, gaps } }),
    });
    expect(verdict(blind(living(FREE, undefined)), step)).toBe('unknown');
    expect(verdict(blind(living(FREE, { pid: 3001 })), step)).toBe('not-yet');
    expect(verdict(blind(FREE), step)).toBe('as-wanted');
  });

  it('expects a restarted holder to be another process, and nobody else', () => {
    const step = firstStep({}, ['restart_holder']);
    const monitor = {
      containerId: MONITOR.id,
      name: 'cadvisor',
      pid: 2000,
      startTime: '4711',
      namespace: 200,
      rootDevice: '0:30',
    };
    const before = { ...step.before, bystanders: [...step.before.bystanders, monitor] };
    expect(verdict(FREE, { ...step, before })).toBe('as-wanted');
    expect(verdict(living(FREE, { pid: 1 }), { ...step, before })).toBe('not-yet');
    const unmount = firstStep({});
    expect(verdict(FREE, { ...unmount, before })).toBe('not-yet');
  });

  it('asks the daemon, not its files, whether the container is gone', () => {
    const step = firstStep({ picture: HOST });
    expect(step.change.step.kind).toBe('remove-container');
    expect(verdict(stateOf({ picture: HOST, dead: [] }), step)).toBe('as-wanted');
    expect(verdict(stateOf({ picture: HOST, dead: [OTHER] }), step)).toBe('as-wanted');
    expect(verdict(stateOf({ picture: HOST, dead: [DEAD] }), step)).toBe('not-yet');
    expect(verdict(stateOf({ picture: HOST, dead: [], silent: 'late' }), step)).toBe('unknown');
    expect(verdict({ ...FREE, docker: undefined }, step)).toBe('unknown');
    expect(WEB.dead).toBe(false);
  });
});
