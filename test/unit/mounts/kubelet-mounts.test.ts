import { describe, expect, it } from 'vitest';
import { kubeletMounts, mountsOfPod } from '../../../src/mounts/kubelet-mounts.ts';
import { viewOf } from '../../support/mount-view.ts';

const UID = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const OTHER = '11111111-2222-4333-8444-555555555555';
const volume = (uid: string, name: string) => `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~csi/${name}/mount`;

const VIEW = viewOf(`host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  2 1 8:16 / ${volume(OTHER, 'b')} rw shared:2 - ext4 /dev/sdb rw
  ns 200 user 9
  task 700 700 77 agent /agent /kubepods/agent
  50 49 0:60 / / rw - overlay overlay rw
  51 50 8:1 / /rootfs rw - ext4 /dev/sda1 rw
  52 51 8:17 / /rootfs${volume(UID, 'a')} rw - ext4 /dev/sdc rw
  53 50 8:1 /var/lib/kubelet/pods /p rw - ext4 /dev/sda1 rw
  54 53 8:17 /conf /p/${UID}/volume-subpaths/a/app/0 rw - ext4 /dev/sdc rw
  55 52 0:99 / /rootfs${volume(UID, 'a')}/inside rw - tmpfs tmpfs rw
  ns 300 user 9
  task 800 800 78 kubelet /kubelet /docker/kind
  60 59 0:70 / / rw - overlay overlay rw
  61 60 8:33 / ${volume(UID, 'inner')} rw - ext4 /dev/sdd rw
`);

const tell = (mounts: ReturnType<typeof mountsOfPod>) =>
  mounts.map(({ namespace, mount, place, hostPath }) => [namespace, mount.id, place.kind, hostPath]);

describe('mountsOfPod', () => {
  it('finds copies under any name, subpaths first, and says what their directory is called on the host', () => {
    expect(tell(mountsOfPod(VIEW, UID, ['/var/lib/kubelet']))).toEqual([
      [200, 54, 'subpath', `/var/lib/kubelet/pods/${UID}/volume-subpaths/a/app/0`],
      [200, 52, 'volume', volume(UID, 'a')],
      [200, 55, 'volume', undefined],
    ]);
  });

  it('leaves a cluster within a container alone, unless no root is given', () => {
    expect(mountsOfPod(VIEW, UID).map(({ mount }) => mount.id)).toContain(61);
    expect(mountsOfPod(VIEW, UID, ['/var/lib/kubelet']).map(({ mount }) => mount.id)).not.toContain(61);
    expect(mountsOfPod(VIEW, UID, ['/var/lib/kube'])).toEqual([]);
  });

  it('takes no other pod for it, and says which mounts are the own ones of the host', () => {
    expect(mountsOfPod(VIEW, OTHER).map(({ mount, onHost }) => [mount.id, onHost])).toEqual([[2, true]]);
    expect(kubeletMounts(VIEW).filter(({ onHost }) => onHost)).toHaveLength(1);
  });
});
