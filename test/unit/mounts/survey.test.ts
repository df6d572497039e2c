import { describe, expect, it } from 'vitest';
import { containerTarget } from '../../../src/mounts/identity.ts';
import { findLeaks } from '../../../src/mounts/leaks.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const ROOT = `/var/lib/docker/overlay2/${A}/merged`;
const dead = container({ id: A, name: 'a', dead: true, status: 'dead' });
const app = container({ id: B, name: 'b' });

/** Leaks of a unit's namespace in which a dead root lies, with what is below it. */
function leaks(below: string) {
  const view = viewOf(`host 1\nown 1\nns 1\ntask 1 1 1 systemd\n10 9 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
    ns 2\ntask 20 20 1 x - /system.slice/x.service
    20 19 8:1 / / rw - ext4 /dev/sda1 rw
    21 20 0:50 / ${ROOT} rw - overlay overlay rw
    ${below}`);
  return findLeaks(view, [containerTarget(dead)], [app]).leaks;
}

describe('what sits on a leak', () => {
  it('goes with it if it is memory, kernel text, or mounted elsewhere too', () => {
    const found = leaks(`22 21 0:60 / ${ROOT}/tmp rw - tmpfs tmpfs rw
      23 21 0:61 / ${ROOT}/proc rw - proc proc rw
      24 21 8:1 /srv/data ${ROOT}/data rw - ext4 /dev/sda1 rw`);
    expect(found.map((leak) => leak.mount.id)).toEqual([24, 23, 22, 21]);
    expect(found.every((leak) => leak.foreignBelow.length === 0)).toBe(true);
  });

  it('is foreign if it is the last mount of a disk or of a network, and so is all below', () => {
    const found = leaks(`22 21 253:7 / ${ROOT}/disk rw - xfs /dev/rbd0 rw
      23 22 0:62 / ${ROOT}/disk/tmp rw - tmpfs tmpfs rw
      24 21 0:63 / ${ROOT}/nfs rw - nfs4 server:/x rw`);
    expect(found.map((leak) => leak.mount.id)).toEqual([21]);
    expect(found[0]?.foreignBelow.map((mount) => mount.id)).toEqual([22, 24, 23]);
  });

  it('is foreign if it belongs to a container that lives', () => {
    const found = leaks(`22 21 0:64 / ${ROOT}/rootfs/var/lib/docker/overlay2/${B}/merged rw - overlay overlay rw`);
    expect(found[0]?.foreignBelow.map((mount) => mount.id)).toEqual([22]);
  });

  it('hides it if it is stacked on it or mounted over the way to it', () => {
    const found = leaks(`22 21 253:7 / ${ROOT} rw - xfs /dev/rbd0 rw\n23 20 253:8 / /var/lib rw - xfs /dev/sdb1 rw`);
    expect(found[0]?.stackedAbove.map((mount) => mount.id)).toEqual([22, 23]);
    const beside = leaks('23 20 253:8 / /var/lib2 rw - xfs /dev/sdb1 rw');
    expect(beside[0]?.stackedAbove).toEqual([]);
  });

  it('is released after what hides it, though that lies less deep', () => {
    const found = leaks(`22 20 0:65 / /var/lib/docker/overlay2/${A} rw - tmpfs tmpfs rw`);
    expect(found.map((leak) => leak.mount.id)).toEqual([22, 21]);
  });
});
