import { describe, expect, it } from 'vitest';
import { compareContainers } from '../../../../src/modules/docker-restart/compare.ts';
import { container } from './restart-cases.ts';

const web = container('web', { policy: 'always' });

describe('what ran before and after', () => {
  it('is well if all came back that was to come back', () => {
    const seen = compareContainers([web, container('once')], [{ ...web, pid: 7 }], 'stops');
    expect(seen).toEqual({ harm: [], kept: [], returned: ['web'], ended: ['once'], starting: [] });
  });

  it('is harm if one that was to come back did not', () => {
    expect(compareContainers([web], [], 'stops').harm).toEqual(['web did not come back (restart policy always)']);
    expect(compareContainers([container('perhaps', { policy: 'on-failure' })], [], 'stops').harm).toEqual([]);
  });

  it('is harm if live-restore was to keep it, and did not', () => {
    expect(compareContainers([web], [web], 'kept')).toMatchObject({ harm: [], kept: ['web'] });
    expect(compareContainers([web], [{ ...web, pid: 7 }], 'kept').harm).toHaveLength(1);
    expect(compareContainers([container('once')], [], 'kept').harm).toHaveLength(1);
  });

  it('is harm if it was healthy and is not; what is not known yet is told', () => {
    const well = container('web', { policy: 'always', health: 'healthy' });
    expect(compareContainers([well], [{ ...well, health: 'unhealthy' }], 'stops').harm).toHaveLength(1);
    expect(
      compareContainers([{ ...well, health: 'unhealthy' }], [{ ...well, health: 'unhealthy' }], 'stops').harm,
    ).toEqual([]);
    expect(compareContainers([well], [{ ...well, health: 'starting' }], 'stops')).toMatchObject({
      harm: [],
      starting: ['web'],
    });
  });

  it('does not mind what was started meanwhile', () => {
    expect(compareContainers([], [web], 'stops').harm).toEqual([]);
  });
});
