import { describe, expect, it } from 'vitest';
import { parseMountLine } from '../../../src/mounts/mountinfo.ts';
import { pinnedNetwork, plainRoot, runtimeLayer, runtimePlace } from '../../../src/mounts/runtime-places.ts';
import { LAYER, layered, snapshot } from '../../support/runtime-picture.ts';

const ID = 'e5'.repeat(32);
const mount = (line: string) => {
  const entry = parseMountLine(line);
  if (entry === undefined) throw new Error(line);
  return entry;
};

describe('runtimePlace', () => {
  it('reads what containerd and containers/storage make, below any root', () => {
    expect(runtimePlace('/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/web/rootfs')).toEqual({
      runtime: 'containerd',
      what: 'rootfs',
      root: '/run/k3s/containerd',
      namespace: 'k8s.io',
      id: 'web',
    });
    expect(runtimePlace('/run/containerd/io.containerd.runtime.v1.linux/default/web/rootfs')?.id).toBe('web');
    expect(runtimePlace(`/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${ID}/shm`)).toMatchObject({
      what: 'shm',
      namespace: 'k8s.io',
      id: ID,
    });
    expect(runtimePlace(`/rootfs/var/lib/containers/storage/overlay-containers/${ID}/userdata/shm`)).toMatchObject({
      runtime: 'storage',
      root: '/rootfs/var/lib/containers/storage',
      id: ID,
    });
  });

  it('leaves Docker its own, and what containerd mounts for a moment alone', () => {
    for (const path of [
      `/run/containerd/io.containerd.runtime.v2.task/moby/${ID}/rootfs`,
      '/var/lib/containerd/tmpmounts/containerd-mount123',
      `/var/lib/docker/containers/${ID}/mounts/shm`,
      '/run/containerd/io.containerd.runtime.v2.task/default/web/rootfs/proc',
      '/srv/rootfs',
    ])
      expect(runtimePlace(path), path).toBeUndefined();
  });
});

describe('runtimeLayer', () => {
  it('tells the layer wherever the mount was bound to', () => {
    expect(runtimeLayer(mount(`1 0 0:70 / /srv/x rw ${snapshot(7)}`))).toMatchObject({
      runtime: 'containerd',
      layer: '7',
    });
    expect(runtimeLayer(mount(`1 0 0:70 / /srv/x rw ${layered(LAYER)}`))).toMatchObject({
      runtime: 'storage',
      root: '/var/lib/containers/storage',
      layer: LAYER,
    });
  });

  it("takes Docker's layers for nobody's, and no other file system", () => {
    const docker = `- overlay overlay rw,upperdir=/var/lib/docker/overlay2/${LAYER}/diff`;
    expect(runtimeLayer(mount(`1 0 0:70 / /x rw ${docker}`))).toBeUndefined();
    expect(
      runtimeLayer(mount(`1 0 0:70 / /x rw ${docker.replace('overlay2', 'overlay').replace('/diff', '/upper')}`)),
    ).toBeUndefined();
    expect(runtimeLayer(mount(`1 0 8:1 / /x rw - ext4 /dev/sda1 rw,upperdir=${LAYER}`))).toBeUndefined();
  });
});

describe('pins and roots', () => {
  it('knows a network namespace that a file keeps, and leaves those of Docker', () => {
    expect(pinnedNetwork(mount('1 0 0:4 net:[4026532999] /run/netns/cni-1-2 rw - nsfs nsfs rw'))).toBe(4026532999);
    expect(pinnedNetwork(mount('1 0 0:4 net:[4026532999] /run/docker/netns/1a2b rw - nsfs nsfs rw'))).toBeUndefined();
    expect(pinnedNetwork(mount('1 0 0:4 mnt:[4026532999] /run/netns/x rw - nsfs nsfs rw'))).toBeUndefined();
  });

  it('has one name for /var/run', () => {
    expect(['/var/run/containerd/', '/run/containerd', '/var/runner'].map(plainRoot)).toEqual([
      '/run/containerd',
      '/run/containerd',
      '/var/runner',
    ]);
  });
});
