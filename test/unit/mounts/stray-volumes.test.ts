import { describe, expect, it } from 'vitest';
import { strayLeaks, strayVolumes } from '../../../src/mounts/stray-volumes.ts';
import { viewOf } from '../../support/mount-view.ts';

const UID = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const VOLUME = `/var/lib/kubelet/pods/${UID}/volumes/kubernetes.io~csi/pvc-1/mount`;

const picture = (host: string, agent: string, command = 'agent') =>
  viewOf(`host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  ${host}
  ns 400 user 9
  task 500 500 50 ${command} /usr/bin/${command} /system.slice/x.service
  80 79 8:1 / / rw - ext4 /dev/sda1 rw
  ${agent}`);

const COPY = `90 80 8:16 / ${VOLUME} rw - ext4 /dev/sdb rw`;
const OWN = `9 1 8:16 / ${VOLUME} rw - ext4 /dev/sdb rw`;
const STAGED = '91 80 8:16 / /var/lib/kubelet/plugins/kubernetes.io/csi/rbd/x/globalmount rw - ext4 /dev/sdb rw';

const ids = (host: string, agent: string, command?: string) =>
  strayVolumes(picture(host, agent, command)).map(({ mount }) => mount.id);

describe('volumes that the host has unmounted and somebody else has not', () => {
  it('are those in a namespace that is neither the host’s nor a kubelet’s', () => {
    expect(ids('', COPY)).toEqual([90]);
    expect(ids(OWN, COPY)).toEqual([]);
    expect(ids('', COPY, 'kubelet')).toEqual([]);
    // The host has another file system there by now.
    expect(ids(OWN.replaceAll('8:16', '8:32'), COPY)).toEqual([90]);
  });

  it('are never what several pods share', () => {
    expect(ids('', STAGED)).toEqual([]);
  });

  it('are leaks of pods that have ended, and of no other', () => {
    const view = picture('', COPY);
    const strays = strayVolumes(view);
    expect(strayLeaks(view, strays, new Set([UID]), [], []).map(({ podUid, leak }) => [podUid, leak.mount.id])).toEqual(
      [[UID, 90]],
    );
    expect(strayLeaks(view, strays, new Set(), [], [])).toEqual([]);
  });
});
