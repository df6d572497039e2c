import { describe, expect, it } from 'vitest';
import { containerTarget, Identities } from '../../../src/mounts/identity.ts';
import type { LeakTarget } from '../../../src/mounts/leak.ts';
import { treesOf } from '../../../src/mounts/tree.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const LAYER_A = `1${'a'.repeat(63)}`;
const DR = '/var/lib/docker';

/** Who owns each mount point of the one namespace, `name by mark`. */
function owners(
  lines: string,
  dead: readonly LeakTarget[],
  living: readonly LeakTarget[] = [],
): Record<string, string> {
  const trees = treesOf(
    viewOf(`host 1\nown 1\nns 1\ntask 1 1 1 init\n10 9 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n${lines}`),
  );
  const all = [
    ...dead.map((target) => ({ target, living: false })),
    ...living.map((target) => ({ target, living: true })),
  ];
  const identities = new Identities(all, trees, trees[0]);
  return Object.fromEntries(
    trees.flatMap((tree) =>
      tree.mounts.flatMap((mount) => {
        const found = identities.ownerOf(mount, tree);
        return found === undefined ? [] : [[mount.point, `${found.owner.target.name} by ${found.mark}`]];
      }),
    ),
  );
}

const dead = containerTarget(container({ id: A, name: 'a', mountId: LAYER_A, dead: true, status: 'dead' }));
const alive = containerTarget(container({ id: B, name: 'b' }));

describe('ownerOf', () => {
  it('knows an overlay by its upper directory, wherever it is mounted, and not by a lower one', () => {
    const upper = `lowerdir=x,upperdir=${DR}/overlay2/${LAYER_A}/diff,workdir=${DR}/overlay2/${LAYER_A}/work`;
    const lower = `lowerdir=${DR}/overlay2/${LAYER_A}/diff,upperdir=/u,workdir=/w`;
    expect(
      owners(
        `11 10 0:50 / /mnt/x rw - overlay overlay rw,${upper}\n12 10 0:51 / /mnt/y rw - overlay overlay rw,${lower}`,
        [dead],
      ),
    ).toEqual({
      '/mnt/x': 'a by layers',
    });
  });

  it('knows a thin device by its name, also of the init layer, and by the number where the name is cut', () => {
    const device = (layer: string) => `/dev/mapper/docker-253:0-67-${layer}`;
    const lines = `11 10 253:4 / /m/1 rw - xfs ${device(LAYER_A)} rw
      12 10 253:5 / /m/2 rw - xfs ${device(`${LAYER_A}-init`)} rw
      13 10 253:4 /rootfs /m/3 rw - xfs /dev/dm-4 rw
      14 10 253:6 / /m/4 rw - xfs ${device(`${LAYER_A}0`)} rw`;
    expect(owners(lines, [dead])).toEqual({ '/m/1': 'a by source', '/m/2': 'a by source', '/m/3': 'a by device' });
  });

  it('knows what lies at its places: shm, mqueue, secrets, the store of containerd', () => {
    const lines = `11 10 0:50 / ${DR}/containers/${A}/mounts/shm rw - tmpfs shm rw
      12 10 0:51 / ${DR}/containers/${A}/mqueue rw - mqueue mqueue rw
      13 10 0:52 / ${DR}/rootfs/overlayfs/${A} rw - overlay overlay rw,lowerdir=l,upperdir=/c/9/fs,workdir=/c/9/work
      14 10 0:52 / /elsewhere rw - overlay overlay rw,lowerdir=l,upperdir=/c/9/fs,workdir=/c/9/work`;
    expect(owners(lines, [dead])).toMatchObject({
      [`${DR}/containers/${A}/mounts/shm`]: 'a by device',
      [`${DR}/containers/${A}/mqueue`]: 'a by device',
      '/elsewhere': 'a by device',
    });
  });

  it('lets the last id in a path decide', () => {
    const lines = `11 10 0:50 / ${DR}/overlay2/${B}/merged/rootfs${DR}/containers/${A}/shm rw - tmpfs x rw
      12 10 8:1 /data ${DR}/containers/${A}/merged/${B}/data rw - ext4 /dev/sda1 rw
      13 10 8:1 /data ${DR}/containers/${A}/merged/${'c'.repeat(64)} rw - ext4 /dev/sda1 rw`;
    expect(owners(lines, [dead], [alive])).toEqual({
      [`${DR}/overlay2/${B}/merged/rootfs${DR}/containers/${A}/shm`]: 'a by device',
      [`${DR}/containers/${A}/merged/${B}/data`]: 'b by place',
    });
  });

  it('gives a file system that both name to the one that lives', () => {
    const lines = `11 10 0:50 / ${DR}/containers/${A}/mounts/shm rw - tmpfs shm rw
      12 10 0:50 / ${DR}/containers/${B}/mounts/shm rw - tmpfs shm rw`;
    expect(new Set(Object.values(owners(lines, [dead], [alive])))).toEqual(new Set(['b by device']));
  });

  it('never takes the device of the host for one of a container', () => {
    const lines = `11 10 8:1 / ${DR}/overlay2/${LAYER_A}/merged rw - ext4 /dev/sda1 rw
      12 10 8:1 /home /home rw - ext4 /dev/sda1 rw`;
    expect(owners(lines, [dead])).toEqual({ [`${DR}/overlay2/${LAYER_A}/merged`]: 'a by place' });
  });

  it('follows what is mounted at a path to where it is bound, unless the host has it elsewhere too', () => {
    const path = (id: string): LeakTarget => ({ kind: 'path', id, name: id, tokens: [], paths: [] });
    const lines = `11 10 0:70 / /mnt/data rw - tmpfs t rw
      12 10 0:71 / /mnt/both rw - tmpfs t rw
      13 10 0:71 / /mnt/twin rw - tmpfs t rw
      ns 2\ntask 20 20 1 x\n20 19 0:80 / / rw - tmpfs r rw
      21 20 0:70 /sub /inside rw - tmpfs t rw
      22 20 0:71 / /twin rw - tmpfs t rw`;
    expect(owners(lines, [path('/mnt/data'), path('/mnt/both')])).toEqual({
      '/mnt/data': '/mnt/data by device',
      '/mnt/both': '/mnt/both by dentry',
      '/inside': '/mnt/data by device',
    });
  });

  it('knows a device that was asked for, and a directory by where it is, not by what it is called', () => {
    const disk: LeakTarget = { kind: 'device', id: '253:9', name: 'rbd0', tokens: [], paths: [] };
    const path: LeakTarget = { kind: 'path', id: '/srv/x', name: '/srv/x', tokens: [], paths: [] };
    const lines = `11 10 253:9 /sub /mnt/disk rw - xfs /dev/rbd0 rw
      12 10 8:1 /srv /other rw - ext4 /dev/sda1 rw
      13 12 0:60 / /other/x rw - tmpfs t rw
      14 12 0:61 / /other/x2 rw - tmpfs t rw`;
    expect(owners(lines, [disk, path])).toEqual({ '/mnt/disk': 'rbd0 by device', '/other/x': '/srv/x by dentry' });
  });

  it('takes a copy that a monitor sees below its own root for what was asked about, and nothing on that root itself', () => {
    const path: LeakTarget = { kind: 'path', id: '/srv/x', name: '/srv/x', tokens: [], paths: [] };
    const root = `/var/lib/docker/overlay2/${B}/merged`;
    const lines = `11 10 0:60 / ${root} rw - overlay overlay rw,upperdir=${DR}/overlay2/${B}/diff
      12 11 8:1 / ${root}/rootfs rw - ext4 /dev/sda1 rw
      13 12 0:61 / ${root}/rootfs/srv/x rw - tmpfs tmpfs rw
      14 11 0:62 / ${root}/srv/x rw - tmpfs tmpfs rw`;
    expect(owners(lines, [path], [alive])).toEqual({
      [root]: 'b by layers',
      [`${root}/rootfs`]: 'b by place',
      [`${root}/rootfs/srv/x`]: '/srv/x by dentry',
      [`${root}/srv/x`]: 'b by place',
    });
  });
});
