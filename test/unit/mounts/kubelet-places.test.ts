import { describe, expect, it } from 'vitest';
import { isPodUid, kubeletPlace, podCgroupTokens } from '../../../src/mounts/kubelet-places.ts';

const UID = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const OTHER = '11111111-2222-4333-8444-555555555555';
const STATIC = 'd41d8cd98f00b204e9800998ecf8427e';

describe('kubeletPlace', () => {
  it('reads what the kubelet mounts for one pod', () => {
    expect(kubeletPlace(`/var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~csi/pvc-1/mount`)).toEqual({
      kind: 'volume',
      root: '/var/lib/kubelet',
      podUid: UID,
      plugin: 'kubernetes.io~csi',
      volume: 'pvc-1',
    });
    expect(kubeletPlace(`/var/lib/kubelet/pods/${STATIC}/volume-subpaths/conf/app/0`)).toEqual({
      kind: 'subpath',
      root: '/var/lib/kubelet',
      podUid: STATIC,
      volume: 'conf',
      container: 'app',
    });
    expect(kubeletPlace(`/var/lib/kubelet/pods/${UID}/volumeDevices/kubernetes.io~csi/pvc-2`)).toMatchObject({
      kind: 'block',
      podUid: UID,
      volume: 'pvc-2',
    });
  });

  it('reads it below any root, as a copy has a prefix of its own', () => {
    const copy = `/rootfs/data/k/pods/${UID}/volumes/kubernetes.io~empty-dir/x`;
    expect(kubeletPlace(copy)).toMatchObject({ root: '/rootfs/data/k', podUid: UID });
    expect(kubeletPlace(`/pods/${UID}/volumes/kubernetes.io~empty-dir/x`)).toMatchObject({ root: '/' });
  });

  it('lets the last one decide where one lies in another', () => {
    const nested = `/var/lib/kubelet/pods/${OTHER}/volumes/kubernetes.io~empty-dir/x/pods/${UID}/volumes/a~b/y`;
    expect(kubeletPlace(nested)?.podUid).toBe(UID);
  });

  it('tells what several pods share from what one owns', () => {
    const csi = '/var/lib/kubelet/plugins/kubernetes.io/csi';
    expect(kubeletPlace(`${csi}/rbd.csi.ceph.com/${'a'.repeat(64)}/globalmount`)).toEqual({
      kind: 'staging',
      root: '/var/lib/kubelet',
      plugin: 'kubernetes.io~csi',
    });
    expect(kubeletPlace(`${csi}/pv/pvc-9/globalmount`)).toMatchObject({ kind: 'staging', volume: 'pvc-9' });
    expect(kubeletPlace('/var/lib/kubelet/plugins/kubernetes.io/rbd/mounts/pool-image-x')?.kind).toBe('staging');
    expect(kubeletPlace(`${csi}/volumeDevices/staging/pvc-9/x`)?.kind).toBe('staging');
    expect(kubeletPlace(`${csi}/volumeDevices/publish/pvc-9/${UID}`)).toMatchObject({ kind: 'block', podUid: UID });
  });

  it('takes nothing else for one', () => {
    for (const path of [
      `/var/lib/kubelet/pods/${UID}`,
      `/var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~csi`,
      `/var/lib/kubelet/pods/${UID}x/volumes/kubernetes.io~csi/pvc-1`,
      `/srv/pods/web/volumes/a/b`,
      `/var/lib/kubelet/pods2/${UID}/volumes/a/b`,
      '/usr/lib/plugins/other.io/csi/x/globalmount',
      '/var/lib/docker/volumes/x/_data/mounts/y',
    ])
      expect(kubeletPlace(path), path).toBeUndefined();
  });
});

describe('pod uids', () => {
  it('are a UUID, or the hash of a static pod, whole', () => {
    expect([UID, STATIC].every(isPodUid)).toBe(true);
    expect([UID.slice(1), `${STATIC}0`, 'web', UID.toUpperCase()].some(isPodUid)).toBe(false);
  });

  it('stand in the names of cgroups in two ways', () => {
    expect(podCgroupTokens(UID)).toEqual([`pod${UID}`, `pod${UID.replaceAll('-', '_')}`]);
    expect(podCgroupTokens(STATIC)).toEqual([`pod${STATIC}`]);
  });
});
