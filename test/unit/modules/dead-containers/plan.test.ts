import { describe, expect, it } from 'vitest';
import { UnbusyError } from '../../../../src/core/errors.ts';
import type { DeadContainersParams } from '../../../../src/modules/dead-containers/params.ts';
import { planSweep, refuseSweep } from '../../../../src/modules/dead-containers/plan.ts';
import type { Applied, Verdict } from '../../../../src/modules/module.ts';
import {
  DEAD,
  DIRECTORY,
  HELD_OTHER,
  HOST,
  held,
  MERGED,
  MONITOR,
  OTHER,
  overlay,
  paramsOf,
  stateOf,
  type Twist,
  WEB,
} from './sweep-bed.ts';

const RMDIR = `rmdir:100:${MERGED}`;
const UNMOUNT = 'unmount:200:52';
const DETACH = 'detach:200:52';
const RESTART = `restart:container:${MONITOR.id}`;
const REMOVE = `remove:${DEAD.id}`;
const BUSY: Applied = { kind: 'busy', by: 'tail (pid 9) has it open as fd 3' };

interface Case {
  readonly name: string;
  readonly host?: Twist;
  readonly params?: Partial<DeadContainersParams>;
  readonly tried?: Readonly<Record<string, Applied | Verdict>>;
  /** Ids of the plan; a question mark stands after those that are only conditional. */
  readonly plan: readonly string[];
  /** Words that the refusals must hold, one entry each; an empty plan without one says why in `name`. */
  readonly refused?: readonly string[];
}

const CASES: readonly Case[] = [
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
    refused: ['no more than: restart_holder'],
  },
  {
    name: 'the holder has it as a volume of its own',
    host: { picture: HOST + held(`54 50 0:60 / /data rw ${overlay(DEAD)}`) },
    plan: [],
    refused: ['cadvisor, which has it as a volume of its own at /data'],
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

describe('the plan of a sweep', () => {
  it.each(CASES)('$name', ({ host = {}, params, tried = {}, plan, refused = [] }) => {
    const state = stateOf(host);
    const map = new Map(Object.entries(tried));
    const made = planSweep(state, paramsOf(params), map);
    expect(made.map((change) => change.id + (change.certainty === 'conditional' ? '?' : ''))).toEqual(plan);
    const refusals = refuseSweep(state, paramsOf(params), map);
    expect(refusals.map((refusal) => refusal.why)).toHaveLength(refused.length);
    for (const [index, words] of refused.entries()) {
      const refusal = refusals[index];
      expect(refusal?.why).toContain(words);
      expect(refusal?.hint).toMatch(/^[A-Z]/);
    }
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it('does not let a removal run in the round of the release that it waits for', () => {
    const [release, removal] = planSweep(stateOf({}), paramsOf(), new Map());
    expect(removal?.needs).toEqual([`seen-free:${DEAD.id}`]);
    expect(release?.needs).toBeUndefined();
    const [free] = planSweep(stateOf({ picture: HOST }), paramsOf(), new Map());
    expect(free?.needs).toBeUndefined();
  });

  it('takes a host error for the end of the ladder, with its words', () => {
    const failed: Applied = { kind: 'failed', error: new UnbusyError('E_VERIFY', 'it did not work') };
    const [refusal] = refuseSweep(stateOf({}), paramsOf(), new Map([[UNMOUNT, failed]]));
    expect(refusal?.why).toContain('it did not work');
  });

  it('goes by way of a thread, or of what pins the namespace, where no process lives in it', () => {
    const witness = (picture: string) => {
      const [change] = planSweep(stateOf({ picture: HOST + picture }), paramsOf(), new Map());
      return change?.step.kind === 'unmount' ? change.step.mount : undefined;
    };
    expect(witness(held())).toMatchObject({
      file: '/proc/2000/ns/mnt',
      task: '/proc/2000',
      startTime: '4711',
      parentShared: undefined,
    });
    const thread = held().replace('task 2000 2000', 'task 2000 2007');
    expect(witness(thread)).toMatchObject({ file: '/proc/2000/task/2007/ns/mnt', task: '/proc/2000/task/2007' });
    const pinned = held().replace(/task 2000.*/, 'pin /run/kept/mnt');
    expect(witness(pinned)).toMatchObject({ file: '/run/kept/mnt', task: '', startTime: '' });
  });
});
