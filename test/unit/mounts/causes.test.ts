import { describe, expect, it } from 'vitest';
import { containerTarget } from '../../../src/mounts/identity.ts';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const A = 'a'.repeat(64);
const PLACE = `/var/lib/docker/containers/${A}/mounts/shm`;
const dead = container({ id: A, name: 'a', dead: true, status: 'dead' });

/** Cause of the leak in a namespace with these inhabitants; `group` is the tags of the mount that carries it. */
function cause(inhabitants: string, group = '', more = ''): string | undefined {
  const view = viewOf(`host 1\nown 1\nns 1\ntask 1 1 1 systemd\n10 9 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
    ns 2\n${inhabitants}
    20 19 8:1 / / rw ${group}- ext4 /dev/sda1 rw
    21 20 0:50 / ${PLACE} rw - tmpfs shm rw
    ${more}`);
  return findLeaks(view, [containerTarget(dead)], []).leaks.find((leak) => leak.namespace === 2)?.cause;
}

describe('causeOf', () => {
  it.each([
    ['a private parent', 'task 20 20 1 x - /system.slice/x.service', 'private-propagation'],
    ['one thread alone', 'task 20 33 1 x - /system.slice/x.service', 'thread-namespace'],
    ['a file', 'pin /run/pins/one', 'pinned-namespace'],
    [
      'an old shim',
      'task 20 20 1 docker-containe /usr/bin/docker-containerd-shim /system.slice/docker.service',
      'mount-flags-split',
    ],
    ['its own process', `task 20 20 1 x - /docker/${A}`, 'process-of-container'],
  ])('%s', (_, inhabitants, expected) => {
    expect(cause(inhabitants)).toBe(expected);
  });

  it('tells PrivateTmp= by its directory, and only of a unit', () => {
    const tmp = '22 20 8:1 /tmp/systemd-private-0123-x.service-AbCdEf/tmp /tmp rw - ext4 /dev/sda1 rw';
    expect(cause('task 20 20 1 x - /system.slice/x.service', '', tmp)).toBe('private-tmp');
    expect(cause(`task 20 20 1 x - /docker/${'b'.repeat(64)}`, '', tmp)).toBe('private-propagation');
  });

  it('does not guess where the parent hears of the host', () => {
    expect(cause('task 20 20 1 x - /system.slice/x.service', 'master:1 ')).toBe('unknown');
  });
});
