import { type Case, REMOVE, RMDIR, UNMOUNT } from './plan-cases.ts';
import { DEAD, DIRECTORY, HELD_OTHER, HOST, held, MERGED, MONITOR, OTHER, overlay, WEB } from './sweep-bed.ts';

/** The layer's directory in the monitor, bound to a place of its own, with the mount on it. */
const LAYER_AS_VOLUME = held(
  '',
  `51 50 8:1 /var/lib/docker/overlay2/${DEAD.mountId} /layer rw - ext4 /dev/sda1 rw`,
).replace(`/rootfs${MERGED}`, '/layer/merged');

/** What stands in the way of a step, and what does not. */
export const HAZARDS: readonly Case[] = [
  {
    name: 'the holder has it as a volume of its own',
    host: { picture: HOST + held(`54 50 0:60 / /data rw ${overlay(DEAD)}`) },
    plan: [],
    refused: ['cadvisor, which has it as a volume of its own at /data'],
  },
  {
    name: 'a container has the layer as a volume of its own: neither its directory nor a restart',
    host: { directories: [DIRECTORY], picture: HOST + LAYER_AS_VOLUME },
    params: { release: ['rmdir', 'unmount', 'restart_holder'] },
    plan: [],
    refused: ['cadvisor, which has it as a volume of its own at /layer/merged'],
  },
  {
    name: 'a unit has the layer at a place of its own',
    host: {
      directories: [DIRECTORY],
      picture: HOST + LAYER_AS_VOLUME.replace(/task 2000.*/, 'task 2000 2000 4711 agent /agent /agent.service'),
    },
    plan: [RMDIR, `${REMOVE}?`],
  },
  {
    name: 'memory that is mounted nowhere else lies on it: the kernel is asked before it goes',
    host: {
      directories: [DIRECTORY],
      picture: HOST + held(`54 52 0:99 / /rootfs${MERGED}/cache rw - tmpfs cache rw`),
    },
    plan: ['unmount:200:54', UNMOUNT, `${REMOVE}?`],
  },
  {
    name: 'memory that is mounted elsewhere too lies on it',
    host: {
      directories: [DIRECTORY],
      picture: `${HOST}  301 300 0:99 / /cache rw - tmpfs cache rw\n${held(`54 52 0:99 / /rootfs${MERGED}/cache rw - tmpfs cache rw`)}`,
    },
    plan: [RMDIR, `${REMOVE}?`],
  },
  {
    name: 'another file system hides the one that the directory is looked for in',
    host: {
      directories: [DIRECTORY],
      picture:
        HOST.replace(
          '  20 1',
          '  10 1 8:2 / /var/lib/docker rw - ext4 /dev/sda2 rw\n  11 1 8:3 / /var rw - ext4 /dev/sda3 rw\n  20 1',
        ) + held('', '51 50 8:2 / /rootfs/var/lib/docker rw - ext4 /dev/sda2 rw'),
    },
    plan: [UNMOUNT, `${REMOVE}?`],
  },
  {
    name: 'it is not known where an unmount would reach',
    host: { picture: HOST + held().replace('52 51', '52 999') },
    plan: [],
    refused: ['not known how far'],
  },
  {
    name: 'another mount lies on it',
    host: { picture: HOST + held(`54 52 0:31 / /rootfs${MERGED}/data rw ${overlay(WEB)}`) },
    plan: [],
    refused: ['other mounts lie on it'],
  },
  {
    name: 'another mount hides it',
    host: { picture: HOST + held(`54 51 0:90 / /rootfs/var/lib rw - xfs /dev/sdc rw`) },
    plan: [],
    refused: ['hides it'],
  },
  {
    name: 'a user namespace locks it',
    host: { picture: HOST + held().replace('ns 200 user 9', 'ns 200 user 10') },
    plan: [],
    refused: ['user namespace'],
  },
  {
    name: 'a user namespace locks it, but not its directory',
    host: { directories: [DIRECTORY], picture: HOST + held().replace('ns 200 user 9', 'ns 200 user 10') },
    plan: [RMDIR, `${REMOVE}?`],
  },
  {
    name: 'a process could not be looked at',
    host: { unreadable: [{ pid: 77, why: 'hidden' }], directories: [DIRECTORY] },
    plan: [],
    refused: ['process 77 could not be looked at'],
  },
  {
    name: 'a process of it still lives',
    host: {
      picture: `${HOST}${held()}ns 500 user 9\n task 5000 5000 6 sh /bin/sh /docker/${DEAD.id}\n 500 0 0:60 / / rw - overlay overlay rw`,
    },
    plan: [],
    refused: ['process 5000 (sh) still lives'],
  },
  {
    name: 'a process of it waits in state D',
    host: {
      picture: HOST,
      tasks: [{ containerId: DEAD.id, tid: 9, state: 'D', command: 'dd', waitsIn: 'percpu_rwsem_wait' }],
    },
    plan: [],
    refused: ['state D, waiting in percpu_rwsem_wait'],
  },
  {
    name: 'an immutable file',
    host: { picture: HOST, obstacles: { [DEAD.id]: { immutable: ['/x/keep'] } } },
    plan: [],
    refused: ['/x/keep is immutable'],
  },
  {
    name: 'the holder is on the never list',
    params: { never: ['cadv*'] },
    host: { directories: [DIRECTORY] },
    plan: [],
    refused: ['never list'],
  },
  {
    name: 'a program beside the holder is on the never list',
    params: { never: ['ceph-osd'] },
    host: {
      directories: [DIRECTORY],
      picture: HOST + held().replace('  50 49', '  task 2001 2001 4712 sh /opt/ceph/ceph-osd /\n  50 49'),
    },
    plan: [],
    refused: ['container cadvisor holds it, and ceph-osd is on the never list'],
  },
  {
    name: 'the unit of a task of the host is on the never list, and that is another namespace',
    params: { never: ['systemd', 'nginx'] },
    plan: [UNMOUNT, `${REMOVE}?`],
  },
  {
    name: 'the holder is on the never list by its id',
    params: { never: [MONITOR.id.slice(0, 12)] },
    plan: [],
    refused: ['never list'],
  },
  {
    name: 'another name is on the never list',
    params: { never: ['adv*', 'cadviso?r'] },
    plan: [UNMOUNT, `${REMOVE}?`],
  },
  { name: 'the daemon is silent: mounts go, no removal piles up', host: { silent: 'late' }, plan: [UNMOUNT] },
  {
    name: 'the daemon is silent, and nothing holds it',
    host: { silent: 'late', picture: HOST },
    plan: [],
    refused: ['late; another request'],
  },
  {
    name: 'the daemon refused',
    host: { picture: HOST },
    tried: { [REMOVE]: { kind: 'denied', why: 'layer' } },
    plan: [REMOVE],
    refused: ['the daemon refused: layer'],
  },
  {
    name: 'an old daemon refused',
    host: { picture: HOST, version: '17.09.1-ce' },
    tried: { [REMOVE]: { kind: 'denied', why: 'layer' } },
    plan: [REMOVE],
    refused: ['Docker 17.09.1-ce refused'],
  },
  {
    name: 'of two, one is kept by what lies on it',
    host: {
      dead: [DEAD, OTHER],
      picture: HOST + held(`${HELD_OTHER}\n54 52 0:31 / /rootfs${MERGED}/data rw ${overlay(WEB)}`),
    },
    plan: ['unmount:200:53', `remove:${OTHER.id}?`],
    refused: ['other mounts lie on it'],
  },
  {
    name: 'peers of which one unmount reaches both',
    host: {
      picture:
        HOST +
        held('', '51 50 8:1 / /rootfs rw shared:7 - ext4 /dev/sda1 rw') +
        held('', '51 50 8:1 / /rootfs rw shared:7 - ext4 /dev/sda1 rw')
          .replace('ns 200', 'ns 201')
          .replaceAll(/^( *)(5\d) (\d\d) /gm, '$11$2 1$3 ')
          .replace(/task .*/, 'task 7 7 7 agent /agent /agent.service'),
    },
    plan: ['unmount:200:52', `${REMOVE}?`],
  },
  {
    name: 'deepest first, then the rest, then removals',
    host: {
      dead: [DEAD, OTHER],
      picture:
        HOST +
        held(
          `${HELD_OTHER}\n54 52 0:62 / /rootfs${MERGED}/var/lib/docker/containers/${DEAD.id}/mounts/shm rw - tmpfs shm rw`,
        ),
    },
    plan: ['unmount:200:54', 'unmount:200:53', UNMOUNT, `${REMOVE}?`, `remove:${OTHER.id}?`],
  },
];
