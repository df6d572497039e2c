import { describe, expect, it } from 'vitest';
import { seenTwice, serviceCopies } from '../../../src/mounts/service-copies.ts';
import { container, viewOf } from '../../support/mount-view.ts';

const hex = (start: string) => start.padEnd(64, '0');
const DEAD = container({ id: hex('dead'), mountId: hex('d1'), name: 'app', status: 'dead', dead: true, pid: 0 });
const WEB = container({ id: hex('beb'), mountId: hex('b1'), name: 'web', pid: 3000 });
const PLACES = { dataRoot: '/var/lib/docker', directories: ['/var/lib/kubelet'] };

const overlay = (layer: string) =>
  `- overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/overlay2/${layer}/diff,workdir=/w`;
const merged = (layer: string) => `/var/lib/docker/overlay2/${layer}/merged`;
const DEAD_ROOT = `0:60 / ${merged(hex('d1'))} rw`;
const WEB_ROOT = `0:31 / ${merged(hex('b1'))} rw`;

/** The host, with the root of the container that lives. */
const HOST = `host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  21 1 ${WEB_ROOT} shared:21 ${overlay(hex('b1'))}
`;

const service = (root: string, ...mounts: readonly string[]) => `ns 200 user 9
  task 700 700 77 ntpd /usr/sbin/ntpd /system.slice/ntpd.service
  50 49 8:1 / / rw ${root} - ext4 /dev/sda1 rw
  ${mounts.join('\n  ')}
`;

const look = (picture: string, containers = [DEAD, WEB]) =>
  serviceCopies(viewOf(picture), PLACES, containers).flatMap(({ unit, copies }) =>
    copies.map(({ kind, cause, container: owner, mount }) => `${unit} ${kind} ${cause} ${owner?.name ?? mount.point}`),
  );

describe('copies of containers in the namespace of a service', () => {
  const deadCopy = `52 50 ${DEAD_ROOT} ${overlay(hex('d1'))}`;
  const webCopy = `53 50 ${WEB_ROOT} ${overlay(hex('b1'))}`;

  it('are leaked where nobody has the mount any more, and latent where it is still used', () => {
    expect(look(HOST + service('', deadCopy, webCopy))).toEqual([
      'ntpd.service leaked private-copy app',
      'ntpd.service latent private-copy web',
    ]);
  });

  it('are none where the service hears of an unmount on the host', () => {
    const heard = webCopy.replace('rw - ', 'rw shared:90 master:21 - ');
    expect(look(HOST + service('shared:80 master:1', heard))).toEqual([]);
    // The parent decides, not the mount: what the copy itself says does not matter.
    expect(look(HOST + service('', heard))).toEqual(['ntpd.service latent private-copy web']);
  });

  it('that should have gone by themselves are told so', () => {
    expect(look(HOST + service('master:1', deadCopy))).toEqual(['ntpd.service leaked unheard app']);
  });

  it('cannot hear where the mounts are private on the host, whatever the service is set to', () => {
    const bind = `20 1 8:1 /var/lib/docker/overlay2 /var/lib/docker/overlay2 rw - ext4 /dev/sda1 rw`;
    const privately = HOST.replace('  21 1', `  ${bind}\n  21 20`);
    const own = `51 50 8:1 /var/lib/docker/overlay2 /var/lib/docker/overlay2 rw shared:81 - ext4 /dev/sda1 rw`;
    const below = (mount: string) => mount.replace(' 50 ', ' 51 ');
    expect(look(privately + service('shared:80 master:1', own, below(deadCopy), below(webCopy)))).toEqual([
      'ntpd.service leaked private-origin app',
      'ntpd.service latent private-origin web',
    ]);
  });

  it('are latent while the container lives, though only its shim still has the mount, or nobody that was seen', () => {
    const gone = HOST.replace(/ {2}21 .*\n/, '');
    expect(look(gone + service('', webCopy))).toEqual(['ntpd.service latent private-copy web']);
    expect(look(gone + service('', webCopy), [])).toEqual([`ntpd.service leaked private-copy ${merged(hex('b1'))}`]);
  });

  it('may belong to a pod, to a volume, or to a container that Docker forgot', () => {
    const pod = '/var/lib/kubelet/pods/9b0c/volumes/kubernetes.io~secret/token';
    const volume = '/var/lib/docker/volumes/data/_data';
    expect(
      look(HOST + service('', `54 50 0:70 / ${pod} rw - tmpfs tmpfs rw`, `55 50 0:71 / ${volume} rw - nfs4 a:/b rw`)),
    ).toEqual([`ntpd.service leaked private-copy ${pod}`, `ntpd.service leaked private-copy ${volume}`]);
  });

  it('may lie elsewhere, where the service has a root of its own', () => {
    const moved = `52 50 0:60 / /srv/root${merged(hex('d1'))} rw ${overlay(hex('d1'))}`;
    expect(look(HOST + service('', moved))).toEqual(['ntpd.service leaked private-copy app']);
  });

  it('are not what the storage driver, the kubelet, or somebody beside them keeps mounted', () => {
    const others = [
      '52 50 8:2 / /var/lib/docker rw - ext4 /dev/sdb rw',
      '53 52 8:2 /overlay2 /var/lib/docker/overlay2 rw - ext4 /dev/sdb rw',
      '54 50 8:3 / /var/lib/kubelet/pods rw - ext4 /dev/sdc rw',
      '55 50 0:80 / /var/lib/docker2/a/b/c rw - tmpfs tmpfs rw',
      '56 50 0:81 / /tmp rw - tmpfs tmpfs rw',
    ];
    expect(look(HOST + service('', ...others))).toEqual([]);
  });

  it('are nobody else’s: not Docker’s own, not those of containers, scopes, processes, or the host', () => {
    const as = (task: string) => look(HOST + service('', deadCopy).replace(/task .*/, `task 700 700 77 ${task}`));
    expect(as('dockerd /usr/bin/dockerd /system.slice/docker.service')).toEqual([]);
    expect(as('containerd-shim /usr/bin/containerd-shim-runc-v2 /system.slice/containerd.service')).toEqual([]);
    expect(as(`ntpd /usr/sbin/ntpd /docker/${WEB.id}/system.slice/ntpd.service`)).toEqual([]);
    expect(as('bash /bin/bash /user.slice/user-0.slice/session-1.scope')).toEqual([]);
    expect(as('bash /bin/bash /')).toEqual([]);
    expect(as('ntpd /usr/sbin/ntpd /system.slice/ntpd.service')).toHaveLength(1);
  });

  it('are found without Docker too, below the directories alone', () => {
    const pod = '54 50 0:70 / /var/lib/kubelet/pods/9b0c/volumes/token rw - tmpfs tmpfs rw';
    const found = serviceCopies(viewOf(HOST + service('', deadCopy, pod)), { ...PLACES, dataRoot: '' }, []);
    expect(found.flatMap(({ copies }) => copies.map(({ mount }) => mount.id))).toEqual([54]);
  });

  it('count only if a second look sees the same: tables of one look are not of one moment', () => {
    const copies = (picture: string) => serviceCopies(viewOf(picture), PLACES, [DEAD, WEB]);
    const both = copies(HOST + service('', deadCopy, webCopy));
    const one = copies(HOST + service('', deadCopy));
    const names = (found: ReturnType<typeof copies>) =>
      found.flatMap((each) => each.copies.map(({ mount }) => mount.id));
    expect(names(seenTwice(both, both))).toEqual([52, 53]);
    expect(names(seenTwice(one, both))).toEqual([52]);
    expect(names(seenTwice(both, copies(HOST)))).toEqual([]);
    // The same mount, leaked in one look and in use in the other: nothing is known of it.
    const used = copies(HOST + service('', deadCopy).replace(DEAD_ROOT, WEB_ROOT).replace(hex('d1'), hex('b1')));
    expect(names(seenTwice(one, used))).toEqual([]);
  });
});
