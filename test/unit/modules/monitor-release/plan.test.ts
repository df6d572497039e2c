import { describe, expect, it } from 'vitest';
import { UnbusyError } from '../../../../src/core/errors.ts';
import type { Applied } from '../../../../src/modules/module.ts';
import { findingsOf } from '../../../../src/modules/monitor-release/findings.ts';
import { monitorReleaseParams } from '../../../../src/modules/monitor-release/params.ts';
import { planRelease, refuseRelease } from '../../../../src/modules/monitor-release/plan.ts';
import type { HeldMount, MonitorState } from '../../../../src/modules/monitor-release/state.ts';
import { verifyRelease } from '../../../../src/modules/monitor-release/verify.ts';
import { heldBy } from '../../../../src/mounts/held-by.ts';
import { containerTarget } from '../../../../src/mounts/identity.ts';
import type { ContainerState } from '../../../../src/mounts/model.ts';
import { container, viewOf } from '../../../support/mount-view.ts';

const hex = (start: string) => start.padEnd(64, '0');
const DEAD = container({ id: hex('dead'), mountId: hex('d1'), name: 'app', status: 'dead', dead: true, pid: 0 });
const EXITED = container({ id: hex('e0'), mountId: hex('e1'), name: 'batch', status: 'exited', pid: 0 });
const MONITOR = container({ id: hex('cad'), mountId: hex('c1'), name: 'cadvisor', pid: 2000 });
const WEB = container({ id: hex('beb'), mountId: hex('b1'), name: 'web', pid: 3000 });

const merged = (of: ContainerState) => `/var/lib/docker/overlay2/${of.mountId}/merged`;
const overlay = (of: ContainerState) =>
  `- overlay overlay rw,upperdir=/var/lib/docker/overlay2/${of.mountId}/diff,workdir=/w`;

/** A host on which web and cadvisor run; `bind` says how cadvisor's copy of / propagates. */
const picture = (lines: readonly string[], bind = '') => `host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  20 1 0:30 / ${merged(MONITOR)} rw shared:20 ${overlay(MONITOR)}
  21 1 0:31 / ${merged(WEB)} rw shared:21 ${overlay(WEB)}
  ns 300 user 9
  task 3000 3000 3333 nginx /usr/sbin/nginx /docker/${WEB.id}
  300 299 0:31 / / rw ${overlay(WEB)}
  ns 200 user 9
  task 2000 2000 4711 cadvisor /usr/bin/cadvisor /docker/${MONITOR.id}
  50 49 0:30 / / rw ${overlay(MONITOR)}
  51 50 8:1 / /rootfs rw ${bind} - ext4 /dev/sda1 rw
  52 51 0:30 / /rootfs${merged(MONITOR)} rw ${overlay(MONITOR)}
  ${lines.join('\n')}
`;
const COPY_OF_WEB = `53 51 0:31 / /rootfs${merged(WEB)} rw ${overlay(WEB)}`;
const COPY_OF_DEAD = `54 51 0:60 / /rootfs${merged(DEAD)} rw ${overlay(DEAD)}`;
const COPY_OF_EXITED = `55 51 0:61 / /rootfs${merged(EXITED)} rw ${overlay(EXITED)}`;

function stateOf(text: string, live: boolean): MonitorState {
  const view = viewOf(text);
  const monitor = { id: MONITOR.id, name: 'cadvisor', privileged: false, namespace: 200 };
  const { left, copies } = heldBy(new Set([200]), view, [DEAD, EXITED].map(containerTarget), [MONITOR, WEB]);
  const held = (leaks: typeof left): readonly HeldMount[] =>
    leaks.map((leak) => {
      const status = leak.target.container?.status;
      return { leak, monitor, owner: status === 'dead' ? 'dead' : status === 'exited' ? 'stopped' : 'live' };
    });
  const bystander = {
    containerId: WEB.id,
    name: 'web',
    pid: 3000,
    startTime: '3333',
    namespace: 300,
    rootDevice: '0:31',
  };
  return {
    docker: { version: '1.12.6', dataRoot: '/var/lib/docker' },
    monitors: [monitor],
    view,
    held: held(live ? [...left, ...copies] : left),
    latent: live ? [] : held(copies),
    bystanders: [bystander],
  };
}

const params = (given: object = {}) => monitorReleaseParams.parse(given);
const ids = (state: MonitorState, given: object = {}, tried = new Map<string, Applied>()) =>
  planRelease(state, params(given), tried).map(({ id }) => id);
const whys = (state: MonitorState, tried = new Map<string, Applied>()) =>
  refuseRelease(state, params(), tried).map(({ why }) => why);
const ALL = [COPY_OF_WEB, COPY_OF_DEAD, COPY_OF_EXITED];

describe('what a monitor holds', () => {
  it('goes if its container does not run; copies of what runs only if that is asked for; its own never', () => {
    expect(ids(stateOf(picture(ALL), false))).toEqual(['unmount:200:55', 'unmount:200:54']);
    expect(ids(stateOf(picture(ALL), true))).toEqual(['unmount:200:55', 'unmount:200:54', 'unmount:200:53']);
    expect(findingsOf(stateOf(picture(ALL), false)).map(({ title }) => title)).toEqual([
      'monitor cadvisor holds 2 mounts of 2 stopped or dead containers',
      'monitor cadvisor holds 1 mount of 1 running container',
    ]);
  });

  it('is nothing of what hears of unmounts', () => {
    const hears = stateOf(picture([COPY_OF_WEB], 'master:1'), true);
    expect([ids(hears), hears.held]).toEqual([[], []]);
  });

  it('stays where an unmount would reach what lives', () => {
    const shared = stateOf(picture(ALL, 'shared:1'), true);
    expect(ids(shared).filter((id) => id === 'unmount:200:53')).toEqual([]);
    // A host that still has the mount of a container which may be started any time.
    const peer = `56 1 0:61 / ${merged(EXITED)} rw ${overlay(EXITED)}`;
    const text = picture([COPY_OF_EXITED], 'shared:1').replace('ns 300', `${peer}\nns 300`);
    expect(ids(stateOf(text, true))).toEqual([]);
    expect(whys(stateOf(text, true))).toEqual([expect.stringContaining('would be repeated elsewhere')]);
    expect(ids(stateOf(text.replace('shared:1 - ext4 /dev/sda1 rw\n  52', '- ext4 /dev/sda1 rw\n  52'), true))).toEqual(
      ['unmount:200:55'],
    );
  });

  it('stays where a mount lies on it that is not to go', () => {
    const volume = `57 53 8:9 / /rootfs${merged(WEB)}/data rw - ext4 /dev/sdz rw`;
    const state = stateOf(picture([COPY_OF_WEB, volume]), true);
    expect(ids(state)).toEqual([]);
    expect(whys(state)).toEqual([expect.stringContaining('other mounts lie on it')]);
  });

  it('takes the next way only after the one before said that it cannot', () => {
    const state = stateOf(picture([COPY_OF_DEAD, COPY_OF_WEB]), true);
    const tool = new UnbusyError('E_PREFLIGHT_TOOL', 'no tool');
    const none = new Map<string, Applied>([['unmount:200:54', { kind: 'failed', error: tool }]]);
    expect(ids(state, {}, none)).toEqual(['exec:200:54', 'unmount:200:53']);
    expect(whys(state, none)).toEqual([]);
    const busy = new Map<string, Applied>(
      ['unmount:200:54', 'unmount:200:53'].map((id) => [id, { kind: 'busy', by: 'du' }]),
    );
    expect(ids(state, { lazy: true }, busy)).toEqual(['detach:200:54', 'unmount:200:53']);
    expect(ids(state, {}, busy)).toEqual(['unmount:200:54', 'unmount:200:53']);
    expect(whys(state, busy)).toEqual(['it could not be unmounted: du', 'it could not be unmounted: du']);
  });
});

describe('after an unmount', () => {
  const before = stateOf(picture(ALL), false);
  const [change] = planRelease(before, params(), new Map());
  const verdict = (after: MonitorState) => change && verifyRelease(after, change, before);

  it('is believed only if the mount is gone and all that ran runs on', () => {
    expect(verdict(before)).toMatchObject({ kind: 'not-yet', why: 'the mount is still there' });
    const after = stateOf(picture([COPY_OF_WEB, COPY_OF_DEAD]), false);
    expect(verdict(after)).toEqual({ kind: 'as-wanted' });
    expect(verdict({ ...after, bystanders: [] })).toMatchObject({
      kind: 'not-yet',
      why: expect.stringContaining('web'),
    });
    expect(verdict({ ...after, view: undefined })).toMatchObject({ kind: 'unknown' });
  });
});
