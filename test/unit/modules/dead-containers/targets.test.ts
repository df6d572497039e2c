import { describe, expect, it } from 'vitest';
import type { DeadContainersParams } from '../../../../src/modules/dead-containers/params.ts';
import { livingOf, selectTargets } from '../../../../src/modules/dead-containers/targets.ts';
import type { ContainerState } from '../../../../src/mounts/model.ts';
import type { DockerLook } from '../../../../src/programs/docker-records.ts';
import { container } from '../../../support/mount-view.ts';
import { DEAD, OTHER, paramsOf, stateOf, WEB } from './sweep-bed.ts';

const NOW = Date.parse('2026-01-02T04:00:00Z');

function select(
  containers: readonly ContainerState[],
  given: Partial<DeadContainersParams> = {},
  now: number | undefined = NOW,
) {
  const base = stateOf({}).docker as DockerLook;
  const look: DockerLook = { ...base, hostTimeMs: now, state: { ...base.state, containers } };
  const { targets, passedOver } = selectTargets(look, paramsOf(given));
  return {
    targets: targets.map((target) => target.name),
    left: passedOver.map((each) => `${each.container.name} ${each.why}`),
    living: livingOf(look).map((each) => each.name),
  };
}

describe('which containers a sweep is about', () => {
  it('takes the dead and those under removal, by name', () => {
    expect(select([WEB, OTHER, DEAD])).toEqual({ targets: ['app', 'batch'], left: [], living: ['web'] });
  });

  it('takes only what is asked for, by name or by a long enough part of its id', () => {
    expect(select([OTHER, DEAD, WEB], { containers: ['app'] }).targets).toEqual(['app']);
    expect(select([OTHER, DEAD, WEB], { containers: [OTHER.id.slice(0, 12)] }).targets).toEqual(['batch']);
    expect(select([OTHER, DEAD], { containers: [DEAD.id.slice(0, 11), 'ap', 'APP'] }).targets).toEqual([]);
  });

  it('says so of one that is asked for and is not dead, and leaves it', () => {
    expect(select([WEB, DEAD], { containers: ['web'] })).toMatchObject({ targets: [], left: ['web not-dead'] });
    expect(select([WEB, DEAD]).left).toEqual([]);
  });

  it("measures age by the host's clock, and does not guess it", () => {
    const old = { ...DEAD, finishedAt: '2026-01-02T03:00:00.123456789Z' };
    expect(select([old], { older_than: '1h' }, NOW + 200)).toMatchObject({ targets: ['app'], left: [] });
    expect(select([old], { older_than: '61m' })).toMatchObject({ targets: [], left: ['app too-young'] });
    expect(select([DEAD], { older_than: '1s' })).toMatchObject({ targets: [], left: ['app age-unknown'] });
    expect(select([DEAD], { older_than: 0 }).targets).toEqual(['app']);
  });

  it('counts what is paused or restarting as alive', () => {
    const paused = container({ id: '1'.repeat(64), name: 'p', status: 'paused' });
    const again = container({ id: '2'.repeat(64), name: 'r', status: 'restarting' });
    expect(select([paused, again, DEAD]).living).toEqual(['p', 'r']);
  });
});
