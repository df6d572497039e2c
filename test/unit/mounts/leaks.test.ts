import { describe, expect, it } from 'vitest';
import { containerTarget } from '../../../src/mounts/identity.ts';
import type { LeakSet } from '../../../src/mounts/leak.ts';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import { container, fixtureView } from '../../support/mount-view.ts';

const name = (start: string, end: string, middle: string) =>
  `${start}${middle.repeat(64 - start.length - end.length)}${end}`;

function summary(set: LeakSet): readonly string[] {
  return set.leaks.map((leak) => `${leak.holder.kind} ${leak.holder.name} ${leak.cause}: ${leak.mount.point}`);
}

describe('a monitor of the classic kind, as captured', () => {
  const view = fixtureView('cadvisor.txt');
  const dead = container({
    id: name('dead', '1', '0'),
    name: 'dead',
    mountId: name('d1', '1', '0'),
    status: 'dead',
    dead: true,
  });
  const app = container({ id: name('a99', '2', '0'), name: 'app', mountId: name('a1', '2', '0') });
  const monitor = container({ id: name('cad', '3', '0'), name: 'cadvisor', mountId: name('c1', '3', '0') });
  const set = findLeaks(view, [containerTarget(dead)], [app, monitor]);

  it('finds the dead root and shm at all three places, and only those', () => {
    const places = ['', '/rootfs', `/var/lib/docker/overlay2/${monitor.mountId}/merged/rootfs`];
    const expected = places.flatMap((place) => [
      `${place}/var/lib/docker/containers/${dead.id}/mounts/shm`,
      `${place}/var/lib/docker/overlay2/${dead.mountId}/merged`,
    ]);
    expect(set.leaks.map((leak) => leak.mount.point).sort()).toEqual(expected.sort());
    expect(set.clean).toEqual([]);
  });

  it('says who holds them and why, and that nothing else would be hit', () => {
    for (const leak of set.leaks) {
      expect(leak.holder).toMatchObject({
        kind: 'container',
        name: 'cadvisor',
        containerId: monitor.id,
        pid: 2002,
        startTime: '4711',
      });
      expect(leak).toMatchObject({ cause: 'private-propagation', locked: false, foreignBelow: [], stackedAbove: [] });
      expect(leak.reach).toEqual({ spreads: [], alive: [] });
    }
  });

  it('puts the deepest first', () => {
    const depths = set.leaks.map((leak) => leak.depth);
    expect(depths).toEqual([...depths].sort((a, b) => b - a));
    expect(set.leaks[0]?.mount.point).toContain(`${monitor.mountId}/merged/rootfs/var/lib/docker`);
  });

  it('names copies of what lives as latent, but none of the service that hears of the host', () => {
    expect(new Set(set.latent.map((each) => each.holder.name))).toEqual(new Set(['cadvisor']));
    expect(set.latent.filter((each) => each.containerId === app.id).map((each) => each.point)).toContain(
      `/rootfs/var/lib/docker/overlay2/${app.mountId}/merged`,
    );
    expect(set.latent.filter((each) => each.containerId === monitor.id)).toEqual([]);
  });

  it('finds nothing for an id of which another is the beginning, nor for a container that lives', () => {
    const short = container({ id: dead.id.slice(0, 63), mountId: dead.mountId?.slice(0, 63) ?? '' });
    expect(findLeaks(view, [containerTarget(short)], [app, monitor]).leaks).toEqual([]);
    const alive = findLeaks(view, [containerTarget(app)], [app, monitor]);
    expect(alive.leaks).toEqual([]);
    expect(alive.clean).toHaveLength(1);
  });
});

describe('an EL7 host with devicemapper', () => {
  const view = fixtureView('el7-devicemapper.txt');
  const dead = container({
    id: name('3f1c', 'dead', '0'),
    name: 'dead',
    mountId: name('7a2b', '', '1'),
    status: 'dead',
    dead: true,
  });
  const app = container({ id: name('9e4d', 'beef', '0'), name: 'app', mountId: name('5c6d', '', '2') });
  const exporter = container({ id: name('6b8a', 'cafe', '0'), name: 'node-exporter', mountId: name('4d3e', '', '3') });

  it('finds the thin device and the shm in the monitor and in the unit with PrivateTmp', () => {
    const set = findLeaks(view, [containerTarget(dead)], [app, exporter]);
    expect(summary(set)).toEqual([
      `unit ntpd.service private-tmp: /var/lib/docker/devicemapper/mnt/${dead.mountId}`,
      `container node-exporter private-propagation: /rootfs/var/lib/docker/devicemapper/mnt/${dead.mountId}`,
      `container node-exporter private-propagation: /rootfs/var/lib/docker/containers/${dead.id}/shm`,
    ]);
    expect(set.leaks[0]?.alsoHolding).toEqual(['ntpd (pid 873)']);
    expect(set.leaks.every((leak) => leak.reach.alive.length === 0 && leak.reach.unknown === undefined)).toBe(true);
  });

  it('knows the root of a container that lives by its device, whatever it is called inside', () => {
    const target = containerTarget({ ...app, dead: true, status: 'dead' });
    const set = findLeaks(view, [target], [exporter]);
    expect(summary(set)).toContain('container app process-of-container: /');
    expect(summary(set)).toContain(
      `process host still-mounted-on-host: /var/lib/docker/devicemapper/mnt/${app.mountId}`,
    );
  });
});

describe('MountFlags=slave and live-restore', () => {
  const view = fixtureView('mount-flags-split.txt');
  const dead = container({
    id: name('3f1c', 'dead', '0'),
    name: 'dead',
    mountId: name('7a2b', '', '1'),
    status: 'dead',
    dead: true,
  });
  const app = container({ id: name('9e4d', 'beef', '0'), name: 'app', mountId: name('5c6d', '', '2') });

  it('finds what the namespace of the old shims keeps, and does not call the living one latent there', () => {
    const set = findLeaks(view, [containerTarget(dead)], [app]);
    expect(summary(set)).toEqual([
      `shim docker-containerd-shim mount-flags-split: /var/lib/docker/overlay2/${dead.mountId}/merged`,
      `shim docker-containerd-shim mount-flags-split: /var/lib/docker/containers/${dead.id}/shm`,
    ]);
    expect(set.latent).toEqual([]);
  });
});
