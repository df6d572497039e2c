import { describe, expect, it } from 'vitest';
import { dockerMountFlagsModule } from '../../../../src/modules/docker-mount-flags/index.ts';
import type { MountFlagsState } from '../../../../src/modules/docker-mount-flags/state.ts';
import {
  AS_CHILD,
  container,
  dropIn,
  HOST_NAMESPACE,
  K0,
  OTHER_NAMESPACE,
  paramsOf,
  stateOf,
  type Unusual,
  unitFile,
  VENDOR,
} from './state-bed.ts';

const plan = (state: MountFlagsState, given: object = {}) =>
  dockerMountFlagsModule.plan(state, paramsOf(given), new Map());
const refusals = (state: MountFlagsState, given: object = {}) =>
  (dockerMountFlagsModule.refusals?.(state, paramsOf(given), new Map()) ?? []).map(
    ({ what, why }) => `${what}: ${why}`,
  );
const titles = (state: MountFlagsState, given: object = {}) => plan(state, given).map(({ title }) => title);

const SLAVE: Unusual = { shown: 'slave', files: [unitFile(VENDOR), dropIn('10-old.conf', 'MountFlags=slave')] };
const OURS = '/etc/systemd/system/docker.service.d/unbusy-mount-flags.conf';

describe('what docker_mount_flags plans', () => {
  it('is one drop-in, with the row that decided, what will stop later, and a diff', () => {
    const [change, ...rest] = plan(
      stateOf({ ...SLAVE, topology: { containers: [container('web'), container('old', { pid: 0 })] } }),
    );
    expect(rest).toEqual([]);
    expect(change).toMatchObject({
      title: `write ${OURS}: MountFlags= unset for docker.service`,
      risk: 'file',
      why: expect.stringContaining('(row own-containerd-set)'),
      witness: { path: OURS, inode: 'absent', sha256: null },
      blast: ['in effect after a restart of dockerd, which stops the container web'],
      diff: expect.stringContaining('+MountFlags=\n'),
    });
  });

  it('names every container that would stop, and never takes an unknown list for an empty one', () => {
    const blast = (containers: readonly ReturnType<typeof container>[]) =>
      plan(stateOf({ ...SLAVE, topology: { containers } }))[0]?.blast;
    expect(blast([container('web'), container('db')])).toEqual([
      expect.stringContaining('stops 2 containers: web, db'),
    ]);
    expect(blast([])).toEqual([expect.stringContaining('stops no container')]);
    const [change] = plan({ ...stateOf(SLAVE), topology: { ...stateOf(SLAVE).topology, containers: undefined } });
    expect(change?.blast).toEqual([expect.stringContaining('which run is not known')]);
  });

  it('is nothing where the matrix leaves things as they are, with the reason in the result', () => {
    for (const state of [stateOf(), stateOf({ kernel: K0 }), stateOf({ topology: { liveRestore: true } })]) {
      expect(plan(state)).toEqual([]);
      expect(refusals(state)).toEqual([]);
      expect(dockerMountFlagsModule.result(state)).toMatchObject({
        decision: 'keep',
        why: expect.stringMatching(/.{40}/),
      });
    }
  });

  it('is nothing on a host without Docker, and a wish there is refused', () => {
    const bare = { binary: undefined, containerds: [], version: '', daemon: { state: 'none', why: '' } };
    const state = stateOf({ unit: 'not-found', dockerd: 'none', topology: bare });
    expect(plan(state)).toEqual([]);
    expect(refusals(state)).toEqual([]);
    expect(refusals(state, { want: 'slave' })).toEqual(['docker.service: there is no Docker on this host']);
  });

  it('lets systemd read what is written already, after a run that was cut there', () => {
    const cut: Unusual = { shown: 'slave', unit: { NeedDaemonReload: 'yes' }, files: [unitFile(VENDOR)] };
    expect(titles(stateOf(cut))).toEqual(['let systemd read docker.service again: no MountFlags=']);
    // A reload that is due for something else is none of ours.
    expect(titles(stateOf({ ...cut, shown: '' }))).toEqual([]);
  });

  it('hides the diff of a file that not everyone may read', () => {
    const secret = { ...dropIn('10-old.conf', 'MountFlags=slave', 'Environment=PASSWORD=x'), witness: '8180 0 0 7 1' };
    const [change] = plan(stateOf({ ...SLAVE, files: [unitFile(VENDOR), secret] }), { in_place: true });
    expect(change?.diff).toContain('not shown');
    expect(change?.diff).not.toContain('PASSWORD');
    const [open] = plan(stateOf(SLAVE), { in_place: true });
    expect(open?.diff).toContain('-MountFlags=slave');
  });
});

describe('what docker_mount_flags refuses', () => {
  it.each([
    ['own containerd', {}, 'containerd is a service of its own'],
    ['live-restore', { ...AS_CHILD, topology: { ...AS_CHILD.topology, liveRestore: true } }, 'live-restore is on'],
    [
      'live-restore in the file alone',
      { ...AS_CHILD, topology: { ...AS_CHILD.topology, configured: { path: '', liveRestore: true } } },
      'live-restore is on',
    ],
    [
      'live-restore on the command line',
      { ...AS_CHILD, dockerd: { args: 'dockerd --live-restore -H fd://' } },
      'live-restore is on',
    ],
    [
      'rshared binds',
      { ...AS_CHILD, topology: { ...AS_CHILD.topology, containers: [container('rook', { shared: true })] } },
      'rook must send mounts',
    ],
    [
      'kubelet in a container',
      {
        ...AS_CHILD,
        topology: { ...AS_CHILD.topology, containers: [container('k')], kubelets: ['k'.padEnd(64, '0')] },
      },
      'k must send mounts',
    ],
    [
      'a daemon that does not answer',
      { ...AS_CHILD, topology: { ...AS_CHILD.topology, containers: undefined } },
      'could not be seen which containers',
    ],
  ] as [string, Unusual, string][])('is slave with %s, unless forced', (_, unusual, why) => {
    const state = stateOf({ ...unusual, kernel: K0 });
    expect(refusals(state, { want: 'slave' }).join('\n')).toContain(why);
    expect(plan(state, { want: 'slave' })).toEqual([]);
    expect(refusals(state, { want: 'slave', force: true })).toEqual([]);
    expect(titles(state, { want: 'slave', force: true })).toEqual([
      `write ${OURS}: MountFlags=slave for docker.service`,
    ]);
  });

  it('is not slave where nothing speaks against it', () => {
    expect(refusals(stateOf({ ...AS_CHILD, kernel: K0 }), { want: 'slave' })).toEqual([]);
  });

  it('is a wish that breaks the host also where it was granted before', () => {
    expect(refusals(stateOf(SLAVE), { want: 'slave' }).join()).toContain('containerd is a service of its own');
    expect(refusals(stateOf(SLAVE), { want: 'unset' })).toEqual([]);
  });

  it.each([
    [
      'no-systemd',
      { unit: 'no-systemd', dockerd: { namespace: OTHER_NAMESPACE, rootTags: ['master:1'] } },
      'systemd does not run this host',
    ],
    [
      'no-unit',
      { unit: 'not-found', dockerd: { namespace: OTHER_NAMESPACE, rootTags: ['master:1'], unit: '' } },
      'there is no docker.service',
    ],
    ['masked', { ...SLAVE, unit: { LoadState: 'masked' } }, 'docker.service is masked'],
    [
      'snap',
      { ...SLAVE, topology: { binary: { path: '/snap/docker/1/bin/dockerd', packaging: 'snap' } } },
      'snapd writes its unit',
    ],
    ['rootless', { ...SLAVE, dockerd: { uid: 1000 } }, 'dockerd runs without root (uid 1000)'],
    ['read-only', { ...SLAVE, unitFiles: { writable: false } }, '/etc/systemd/system is mounted read-only'],
    [
      'unreadable',
      { ...SLAVE, unitFiles: { unread: [{ path: '/x.conf', why: 'it is no regular file' }] } },
      '/x.conf: it is no regular file',
    ],
    ['unreadable', { ...SLAVE, shown: '4096' }, 'MountFlags=4096'],
    [
      'unreadable',
      { ...SLAVE, shown: 'private' },
      'systemd says MountFlags=private, and its files read as MountFlags=slave',
    ],
  ] as [string, Unusual, string][])('is a change on a host where nothing can be written: %s', (name, unusual, why) => {
    const state = stateOf(unusual);
    expect(state.verdict?.name).toBe(name);
    expect(plan(state)).toEqual([]);
    expect(refusals(state).join()).toContain(why);
    // What needs no change is fine there.
    if (name !== 'unreadable') {
      const { shown: _shown, files: _files, ...calm } = unusual;
      const settled =
        typeof calm.dockerd === 'object' ? { ...calm, dockerd: { ...calm.dockerd, namespace: HOST_NAMESPACE } } : calm;
      expect(refusals(stateOf(settled))).toEqual([]);
    }
  });

  it('is a change where several daemons run', () => {
    const state = stateOf(SLAVE);
    const [dockerd] = state.topology.dockerds;
    if (dockerd === undefined) throw new Error('no dockerd');
    const two = stateOf({ ...SLAVE, topology: { dockerds: [dockerd, { ...dockerd, pid: 99, unit: '' }] } });
    expect(refusals(two).join()).toContain('2 dockerds run here (pids 64, 99)');
    expect(plan(two)).toEqual([]);
    expect(titles(state)).not.toEqual([]);
  });

  it('is unset where other settings would keep dockerd apart', () => {
    const state = stateOf({ unit: { PrivateTmp: 'yes' } });
    expect(refusals(state).join()).toContain('has PrivateTmp=yes');
    expect(refusals(stateOf({ unit: { PrivateTmp: 'no', ProtectSystem: 'no' } }))).toEqual([]);
  });
});
