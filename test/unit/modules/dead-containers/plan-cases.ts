import type { DeadContainersParams } from '../../../../src/modules/dead-containers/params.ts';
import type { Applied, Verdict } from '../../../../src/modules/module.ts';
import { DEAD, DIRECTORY, HOST, held, MERGED, MONITOR, type Twist } from './sweep-bed.ts';

export const RMDIR = `rmdir:100:${MERGED}`;
export const UNMOUNT = 'unmount:200:52';
export const DETACH = 'detach:200:52';
export const RESTART = `restart:container:${MONITOR.id}`;
export const REMOVE = `remove:${DEAD.id}`;
export const BUSY: Applied = { kind: 'busy', by: 'tail (pid 9) has it open as fd 3' };

/** A host, what is allowed and what was tried already, and what must be planned and refused. */
export interface Case {
  readonly name: string;
  readonly host?: Twist;
  readonly params?: Partial<DeadContainersParams>;
  readonly tried?: Readonly<Record<string, Applied | Verdict>>;
  /** Ids of the plan; a question mark stands after those that are only conditional. */
  readonly plan: readonly string[];
  /** Words that the refusals must hold, one entry each; an empty plan without one says why in `name`. */
  readonly refused?: readonly string[];
}

/** Which rung comes next. */
export const LADDER: readonly Case[] = [
  { name: 'nothing is dead', host: { dead: [], picture: HOST }, plan: [] },
  { name: 'nothing holds it', host: { picture: HOST }, plan: [REMOVE] },
  { name: 'nothing holds it, and it may stay', host: { picture: HOST }, params: { remove: false }, plan: [] },
  { name: 'the mildest rung is the directory', host: { directories: [DIRECTORY] }, plan: [RMDIR, `${REMOVE}?`] },
  { name: 'the directory is not there', plan: [UNMOUNT, `${REMOVE}?`] },
  {
    name: 'the kernel keeps directories that are mount points elsewhere',
    host: { directories: [DIRECTORY] },
    tried: { [RMDIR]: { kind: 'busy', by: 'EBUSY' } },
    plan: [UNMOUNT, `${REMOVE}?`],
  },
  {
    name: 'the directory was removed, and the mount is still there',
    host: { directories: [DIRECTORY] },
    tried: { [RMDIR]: { kind: 'not-yet', why: 'still there' } },
    plan: [UNMOUNT, `${REMOVE}?`],
  },
  {
    name: 'rmdir is not allowed',
    host: { directories: [DIRECTORY] },
    params: { release: ['unmount'] },
    plan: [UNMOUNT, `${REMOVE}?`],
  },
  {
    name: 'a mount that is no leak sits on the same directory',
    host: {
      directories: [DIRECTORY],
      picture: `${HOST}${held()}ns 400 user 9\n task 4000 4000 5 csi /csi /csi.service\n 400 0 8:1 / / rw - ext4 /dev/sda1 rw\n 401 400 0:99 / ${MERGED} rw - xfs /dev/sdb rw`,
    },
    plan: [],
    refused: ['no more than'],
    params: { release: ['rmdir'] },
  },
  { name: 'nothing is allowed', params: { release: [] }, plan: [], refused: ['no more than: nothing'] },
  {
    name: 'only rmdir is allowed, and did not help',
    host: { directories: [DIRECTORY] },
    params: { release: ['rmdir'] },
    tried: { [RMDIR]: { kind: 'busy', by: 'EBUSY' } },
    plan: [],
    refused: ['removing its directory did not help (EBUSY)'],
  },
  { name: 'it is in use', tried: { [UNMOUNT]: BUSY }, plan: [UNMOUNT], refused: ['tail (pid 9)'] },
  {
    name: 'it is in use, and may be detached',
    params: { release: ['unmount', 'lazy_unmount'] },
    tried: { [UNMOUNT]: BUSY },
    plan: [DETACH, `${REMOVE}?`],
  },
  {
    name: 'lazy comes after busy, never after another answer',
    params: { release: ['unmount', 'lazy_unmount'] },
    tried: { [UNMOUNT]: { kind: 'denied', why: 'EPERM' } },
    plan: [UNMOUNT],
    refused: ['EPERM'],
  },
  {
    name: 'lazy is not for file systems on devices',
    host: {
      picture:
        HOST +
        held().replace(/(52 51 )0:60 (\/ \S+ rw) .*/, `$1253:4 $2 - ext4 /dev/mapper/docker-8:1-5-${DEAD.mountId} rw`),
    },
    params: { release: ['unmount', 'lazy_unmount'] },
    tried: { [UNMOUNT]: BUSY },
    plan: [UNMOUNT],
    refused: ['tail'],
  },
  {
    name: 'a restart comes last',
    params: { release: ['unmount', 'restart_holder'] },
    tried: { [UNMOUNT]: BUSY },
    plan: [RESTART, `${REMOVE}?`],
  },
  {
    name: 'a restart did not help either',
    params: { release: ['unmount', 'restart_holder'] },
    tried: { [UNMOUNT]: BUSY, [RESTART]: { kind: 'not-yet', why: 'x' } },
    plan: [UNMOUNT],
    refused: ['tail'],
  },
  {
    name: 'a restart of what is never restarted',
    host: {
      picture:
        HOST +
        held().replace(/task 2000.*/, 'task 2000 2000 4711 dockerd /usr/bin/dockerd /system.slice/docker.service'),
    },
    params: { release: ['restart_holder'] },
    plan: [],
    refused: ['no more than: restart_holder, and only containers and services can be restarted'],
  },
  {
    name: 'a restart of a container that runs a database, whatever it is called',
    host: {
      picture: HOST + held().replace('cadvisor /usr/bin/cadvisor', 'postgres /usr/lib/postgresql/16/bin/postgres'),
    },
    params: { release: ['restart_holder'] },
    plan: [],
    refused: ['what runs postgres is never restarted'],
  },
  {
    name: 'a restart of a container of a database image, whatever it is called',
    host: { monitor: { ...MONITOR, image: 'registry.example/library/mysql:8@sha256:0' } },
    params: { release: ['restart_holder'] },
    plan: [],
    refused: ['what runs mysql is never restarted'],
  },
  {
    name: 'a restart of a container of another image',
    host: { monitor: { ...MONITOR, image: 'mysql.example/agent:8' } },
    params: { release: ['restart_holder'] },
    plan: [RESTART, `${REMOVE}?`],
  },
];
