import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../../../src/modules/docker-restart/reasons.ts';
import { entry, restartState, splitDaemon } from './restart-cases.ts';

const reasons = (twist: Parameters<typeof restartState>[0], force = false) => reasonsOf(restartState(twist), { force });

describe('why dockerd has to be restarted', () => {
  it('is nothing on a host that runs by what is configured', () => {
    expect(reasons({})).toEqual([]);
    expect(reasons({ undo: { entries: [entry()] } })).toEqual([]);
  });

  it('is a file that changed after its start; at the same tick it counts as after', () => {
    for (const ticks of [5000, 5001]) {
      const said = reasons({ undo: { entries: [entry({ ticks })] } });
      expect(said).toEqual(['/etc/docker/daemon.json changed after dockerd was started']);
    }
    expect(reasons({ undo: { entries: [entry({ ticks: 4999 })] } })).toEqual([]);
  });

  it('is no file of an earlier boot, and a file whose time is not known', () => {
    expect(reasons({ undo: { entries: [entry({ ticks: 9000, boot: 'boot-0' })] } })).toEqual([]);
    expect(reasons({ undo: { entries: [entry({ ticks: Number.NaN })] } })).toHaveLength(1);
  });

  it('is no file that is as it was when dockerd was started', () => {
    expect(reasons({ undo: { entries: [entry({ ticks: 6000, asKeptSince: 5001 })] } })).toEqual([]);
    // Kept before that start: the daemon may have met something else in between.
    expect(reasons({ undo: { entries: [entry({ ticks: 6000, asKeptSince: 4999 })] } })).toHaveLength(1);
    expect(reasons({ undo: { entries: [entry({ ticks: 6000 })] } })).toHaveLength(1);
  });

  it('is a change while dockerd does not run', () => {
    const down = { unit: { mainPid: 0, activeState: 'failed' }, view: { daemons: [] } };
    expect(reasons({ ...down, undo: { entries: [entry()] } })[0]).toContain('dockerd does not run');
    expect(reasons(down)).toEqual([]);
  });

  it('is a reload that nobody made, and being asked for', () => {
    expect(reasons({ unit: { needsReload: true } })).toEqual(['its unit files are newer than what systemd has read']);
    expect(reasons({}, true)).toEqual(['it was asked for (force)']);
  });

  it.each(['slave', 'private', '524288', '262144'])(
    'is MountFlags=%s of a daemon in the namespace of the host',
    (flags) => {
      expect(reasons({ properties: { MountFlags: flags } })[0]).toContain(
        'still runs in the mount namespace of the host',
      );
      expect(reasons({ properties: { MountFlags: flags }, view: splitDaemon })).toEqual([]);
    },
  );

  it('is a namespace that the unit does not ask for', () => {
    const plain = { MountFlags: '', PrivateTmp: 'no', ProtectSystem: 'no' };
    expect(reasons({ properties: plain, view: splitDaemon })[0]).toContain('still runs in one of its own');
    expect(reasons({ properties: { ...plain, MountFlags: '0' }, view: splitDaemon })).toHaveLength(1);
  });

  it.each([
    { MountFlags: 'shared' },
    { PrivateTmp: 'yes' },
    { ProtectSystem: 'full' },
    { BindReadOnlyPaths: '/a:/a' },
    { ExecStart: '{ path=/usr/bin/unshare ; argv[]=unshare -m dockerd }' },
  ])('cannot be told from a namespace where %j may have made it', (properties) => {
    expect(reasons({ properties, view: splitDaemon })).toEqual([]);
  });

  it('is not guessed from a namespace that could not be read', () => {
    const view = { daemons: [{ pid: 42, start: '5000', namespace: 0, unit: 'docker.service' }] };
    expect(reasons({ properties: { MountFlags: 'slave' }, view })).toEqual([]);
    expect(reasons({ properties: { MountFlags: 'slave' }, view: { hostNamespace: 0 } })).toEqual([]);
  });
});
