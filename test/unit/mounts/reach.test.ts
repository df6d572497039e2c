import { describe, expect, it } from 'vitest';
import { containerTarget } from '../../../src/mounts/identity.ts';
import type { LeakedMount } from '../../../src/mounts/leak.ts';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import type { MountView } from '../../../src/mounts/model.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const PLACE = `/var/lib/docker/containers/${A}/mounts/shm`;
const dead = container({ id: A, name: 'a', dead: true, status: 'dead' });
const agent = container({ id: B, name: 'agent' });

function leaksOf(view: MountView): readonly LeakedMount[] {
  return findLeaks(view, [containerTarget(dead)], [agent]).leaks;
}

const HOST = `host 1\nown 1\nns 1 user 7\ntask 1 1 1 systemd /sbin/init /init.scope
  10 9 8:1 / / rw shared:1 - ext4 /dev/sda1 rw`;
const AGENT = `task 200 200 5 agent /agent /docker/${B}`;

describe('reachOf', () => {
  it('refuses where a holder shares its mounts with the host and something else lies there', () => {
    const view = viewOf(`${HOST}
      11 10 0:60 / ${PLACE} rw shared:5 - tmpfs other rw
      ns 2 user 7\n${AGENT}
      20 19 0:70 / / rw - overlay overlay rw
      21 20 8:1 / /rootfs rw shared:1 - ext4 /dev/sda1 rw
      22 21 0:50 / /rootfs${PLACE} rw shared:6 - tmpfs shm rw`);
    const inAgent = leaksOf(view).find((leak) => leak.namespace === 2);
    expect(inAgent?.reach.spreads).toEqual([{ namespace: 1, mountId: 11, point: PLACE }]);
    expect(inAgent?.reach.alive).toEqual([]);
    const lives = findLeaks(view, [{ kind: 'device', id: '0:50', name: 'd', tokens: [], paths: [] }], [agent]).leaks;
    expect(lives.find((leak) => leak.namespace === 2)?.reach.alive).toEqual([`the host at ${PLACE}`]);
  });

  it('sees how far a slave forwards, and stops at what is private', () => {
    const view = viewOf(`${HOST}
      11 10 0:50 / ${PLACE} rw shared:5 - tmpfs shm rw
      ns 2\ntask 20 20 1 x - /system.slice/x.service
      20 19 8:1 / / rw shared:30 master:1 - ext4 /dev/sda1 rw
      21 20 0:50 / ${PLACE} rw shared:31 master:5 - tmpfs shm rw
      ns 3\ntask 30 30 1 y - /system.slice/y.service
      30 29 8:1 /var /copy rw master:30 - ext4 /dev/sda1 rw
      31 30 0:50 / /copy${PLACE.slice('/var'.length)} rw master:31 - tmpfs shm rw
      ns 4\ntask 40 40 1 z - /system.slice/z.service
      40 39 8:1 / / rw - ext4 /dev/sda1 rw
      41 40 0:50 / ${PLACE} rw - tmpfs shm rw`);
    const leaks = leaksOf(view);
    const reached = (namespace: number) =>
      leaks.find((leak) => leak.namespace === namespace)?.reach.spreads.map((each) => each.namespace);
    expect(reached(1)).toEqual([2, 3]);
    expect(reached(2)).toEqual([3]);
    expect(reached(3)).toEqual([]);
    expect(reached(4)).toEqual([]);
  });

  it('takes a volume that a container asked for as alive', () => {
    const view = viewOf(`${HOST}
      11 10 0:50 / ${PLACE} rw - tmpfs shm rw
      ns 2\n${AGENT}
      20 19 0:70 / / rw - overlay overlay rw
      21 20 0:71 / /dev rw - tmpfs tmpfs rw
      22 21 0:50 / /dev/shm rw - tmpfs shm rw
      23 20 0:50 / ${PLACE} rw - tmpfs shm rw
      24 20 8:1 / /rootfs rw - ext4 /dev/sda1 rw
      25 24 0:50 / /rootfs${PLACE} rw - tmpfs shm rw`);
    const alive = Object.fromEntries(leaksOf(view).map((leak) => [leak.mount.point, leak.reach.alive.length]));
    expect(alive).toEqual({ [PLACE]: 1, '/dev/shm': 1, [`/rootfs${PLACE}`]: 0 });
  });

  it('says what it cannot know, but only where it matters', () => {
    const text = (group: string) => `${HOST}\nns 2\ntask 20 20 1 x - /system.slice/x.service
      20 19 8:1 / / rw ${group}- ext4 /dev/sda1 rw\n21 20 0:50 / ${PLACE} rw - tmpfs shm rw`;
    const gap = { unreadable: [{ pid: 77, why: 'its mount namespace cannot be read' }] };
    expect(leaksOf({ ...viewOf(text('shared:3 ')), ...gap })[0]?.reach.unknown).toContain('process 77');
    expect(leaksOf({ ...viewOf(text('shared:3 ')) })[0]?.reach.unknown).toBeUndefined();
    expect(leaksOf({ ...viewOf(text('')), ...gap })[0]?.reach.unknown).toBeUndefined();
    const orphan = viewOf(`${HOST}\nns 2\ntask 20 20 1 x\n21 20 0:50 / ${PLACE} rw - tmpfs shm rw`);
    expect(leaksOf(orphan)[0]?.reach.unknown).toContain('not in the table');
  });
});
