import type { RuntimeFacts } from '../../src/mounts/runtime-standing.ts';
import { NO_FACTS } from '../../src/programs/runtime-state.ts';
import { viewOf } from './mount-view.ts';

export const STATE = '/run/containerd';
export const STORE = '/var/lib/containers/storage';
export const SOCKET = '/run/containerd/containerd.sock';
export const LAYER = 'a1'.repeat(32);
export const LIVE_LAYER = 'b2'.repeat(32);
export const CONTAINER = 'c3'.repeat(32);

const task = (name: string) => `${STATE}/io.containerd.runtime.v2.task/default/${name}/rootfs`;
export const snapshot = (number: number) =>
  `- overlay overlay rw,lowerdir=/l,upperdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/${number}/fs,workdir=/w`;
export const layered = (layer: string) =>
  `- overlay overlay rw,lowerdir=/l,upperdir=${STORE}/overlay/${layer}/diff,workdir=/w,uuid=on`;

/** The host with a living container each of containerd and podman; and what an agent with a private copy of everything has besides. */
export function runtimePicture(agent = '', host = '') {
  return viewOf(`host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  2 1 0:25 / /run rw shared:2 - tmpfs tmpfs rw
  3 1 8:1 ${STORE}/overlay ${STORE}/overlay rw - ext4 /dev/sda1 rw
  4 2 0:81 / ${task('live')} rw shared:4 ${snapshot(3)}
  5 3 0:91 / ${STORE}/overlay/${LIVE_LAYER}/merged rw ${layered(LIVE_LAYER)}
  ${host}
  ns 200 user 9
  task 300 300 30 sleep /bin/sleep /default/live
  60 59 0:81 / / rw master:4 ${snapshot(3)}
  ns 300 user 9
  task 400 400 40 sleep /bin/sleep /libpod_parent/libpod-${'d4'.repeat(32)}
  70 69 0:91 / / rw ${layered(LIVE_LAYER)}
  ns 400 user 9
  task 500 500 50 agent /usr/bin/agent /system.slice/agent.service
  80 79 8:1 / / rw - ext4 /dev/sda1 rw
  81 80 0:25 / /run rw - tmpfs tmpfs rw
  82 80 8:1 ${STORE}/overlay ${STORE}/overlay rw - ext4 /dev/sda1 rw
  83 81 0:81 / ${task('live')} rw ${snapshot(3)}
  ${agent}
`);
}

/** Mounts of the agent: what has ended. */
export const WEB = `84 81 0:70 / ${task('web')} rw ${snapshot(2)}`;
export const WEB_BIND = `85 80 0:70 / /srv/x rw ${snapshot(2)}`;
export const PWEB = `86 82 0:95 / ${STORE}/overlay/${LAYER}/merged rw ${layered(LAYER)}`;
export const PWEB_SHM = `87 80 0:96 / ${STORE}/overlay-containers/${CONTAINER}/userdata/shm rw - tmpfs shm rw`;

/** What a host says where everybody answers, and nobody knows the ended ones. */
export function runtimeFacts(twist: Partial<RuntimeFacts> = {}): RuntimeFacts {
  return {
    ...NO_FACTS,
    daemons: [{ name: 'containerd', pid: 54, state: STATE, root: '/var/lib/containerd', socket: SOCKET }],
    answers: [
      { runtime: 'containerd', socket: SOCKET, answer: 'answered' },
      { runtime: 'podman', socket: '', answer: 'answered' },
    ],
    stores: [STORE],
    ...twist,
  };
}
