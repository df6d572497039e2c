import { describe, expect, it } from 'vitest';
import { foreignMounts } from '../../../src/mounts/foreign-mounts.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const hex = (start: string) => start.padEnd(64, '0');
const DEAD = container({ id: hex('dead'), mountId: hex('d1'), name: 'app', status: 'dead', dead: true, pid: 0 });
const WEB = container({ id: hex('beb'), mountId: hex('b1'), name: 'web', pid: 3000 });
const ENDED = { ...WEB, status: 'exited', pid: 0 };

const overlay = (layer: string) =>
  `- overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/overlay2/${layer}/diff,workdir=/w`;
const mount = (id: number, parent: number, layer: string, fields = 'rw') =>
  `${id} ${parent} 0:${id} / /var/lib/docker/overlay2/${layer}/merged ${fields} ${overlay(layer)}`;

/** The host still has both roots, and so has dockerd in a namespace of its own. */
const HOST = `host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  ${mount(21, 1, hex('b1'), 'rw shared:21')}
  ${mount(22, 1, hex('d1'), 'rw shared:22')}
  ns 150 user 9
  task 500 500 50 dockerd /usr/bin/dockerd /system.slice/docker.service
  30 0 8:1 / / rw - ext4 /dev/sda1 rw
  ${mount(31, 30, hex('b1'))}
  ${mount(32, 30, hex('d1'))}
`;

const service = (root: string) => `ns 200 user 9
  task 700 700 77 ntpd /usr/sbin/ntpd /system.slice/ntpd.service
  50 49 8:1 / / rw ${root} - ext4 /dev/sda1 rw
  ${mount(51, 50, hex('b1'))}
  ${mount(52, 50, hex('d1'))}
`;

const look = (picture: string, containers = [DEAD, WEB]) =>
  foreignMounts(viewOf(picture), containers).map(
    ({ holder, containerId }) => `${holder.name} ${containerId.slice(0, 4)}`,
  );

describe('mounts of containers in foreign namespaces', () => {
  it('are none of the host and of Docker', () => {
    expect(look(HOST)).toEqual([]);
  });

  it('are what a dead one left, and the private copies of one that lives', () => {
    expect(look(HOST + service(''))).toEqual(['ntpd.service dead', 'ntpd.service beb0']);
    expect(look(HOST + service(''), [])).toEqual([]);
  });

  it('are no copies that will go with the mount of one that lives; of a dead one they should have gone', () => {
    expect(look(HOST + service('master:1'))).toEqual(['ntpd.service dead']);
  });

  it('stay counted when their container has ended', () => {
    expect(look(HOST + service(''), [DEAD, ENDED])).toHaveLength(2);
  });

  it('are not what a container has of itself', () => {
    const own = service('').replace('/system.slice/ntpd.service', `/docker/${WEB.id}`);
    expect(look(HOST + own)).toEqual(['web dead']);
    expect(look(HOST + own.replace(WEB.id, DEAD.id))).toEqual(['app beb0']);
  });
});
