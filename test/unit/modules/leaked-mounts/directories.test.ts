import { describe, expect, it } from 'vitest';
import { isRuntimeDirectory } from '../../../../src/modules/leaked-mounts/directories.ts';
import { LAYER, STATE, STORE } from '../../../support/runtime-picture.ts';

const POD = '/var/lib/kubelet/pods/0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

describe('directories whose removal may detach mounts', () => {
  it('are those that a runtime or the kubelet makes for one mount', () => {
    for (const path of [
      `${STATE}/io.containerd.runtime.v2.task/default/web/rootfs`,
      `${STORE}/overlay/${LAYER}/merged`,
      `${STORE}/overlay-containers/${LAYER}/userdata/shm`,
      `${POD}/volumes/kubernetes.io~csi/pvc-1/mount`,
    ])
      expect(isRuntimeDirectory(path), path).toBe(true);
  });

  it('are never those of a person, though an ended container was bound there, nor what pods share', () => {
    for (const path of [
      '/mnt',
      '/srv/x',
      '/mnt/data/rootfs',
      `${STORE}/overlay/${LAYER}`,
      POD,
      '/var/lib/kubelet/plugins/kubernetes.io/csi/rbd/abc/globalmount',
    ])
      expect(isRuntimeDirectory(path), path).toBe(false);
  });
});
