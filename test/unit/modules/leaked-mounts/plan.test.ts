import { describe, expect, it } from 'vitest';
import type { DeviceStack } from '../../../../src/mounts/block-devices.ts';
import { container, viewOf } from '../../../support/mount-view.ts';
import { LAYER, PWEB, runtimePicture, STATE, WEB, WEB_BIND } from '../../../support/runtime-picture.ts';
import { ask } from './leak-bed.ts';

const UID = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const PODS = '/var/lib/kubelet/pods';
const VOLUME = `${PODS}/${UID}/volumes/kubernetes.io~csi/pvc-1/mount`;
const KUBELET = { name: 'kubelet', pid: 77, state: '', root: '/var/lib/kubelet', socket: '' } as const;

const volume = (id: number, parent: number, device = '8:16', point = VOLUME) =>
  `${id} ${parent} ${device} / ${point} rw - ext4 /dev/sdb rw`;

describe('a container that was asked for', () => {
  it('is freed wherever it is, and what lies below its directory goes with that', () => {
    const place = `${STATE}/io.containerd.runtime.v2.task/default/web/rootfs`;
    const directories = [{ path: place, identity: '25:99' }];
    const view = runtimePicture([WEB, WEB_BIND].join('\n'));
    expect(ask(view, { params: { container: 'web' } }).steps).toEqual(['unmount:400:84', 'unmount:400:85']);
    expect(ask(view, { params: { container: 'web' }, directories }).steps).toEqual([
      `rmdir:100:${place}`,
      'unmount:400:85',
    ]);
    expect(ask(view, { params: { container: 'web', release: ['unmount'] }, directories }).steps).toHaveLength(2);
    expect(ask(view, { params: { container: 'other' } }).steps).toEqual([]);
  });

  it('is left alone whole while it lives, or nobody can say', () => {
    const alive = ask(runtimePicture(WEB), { params: { container: 'live' } });
    expect([alive.steps, alive.refusals]).toEqual([[], expect.stringContaining('its container lives')]);
    const task = [{ token: 'web', pid: 9, command: 'sleep' }];
    expect(ask(runtimePicture(WEB), { params: { container: 'web' }, facts: { tasks: task } }).steps).toEqual([]);
    const mute = ask(runtimePicture(WEB), { params: { container: 'web' }, facts: { answers: [] } });
    expect([mute.steps, mute.refusals]).toEqual([[], expect.stringContaining('is not known')]);
  });

  it('may be named by its layer, and by what podman calls it', () => {
    const view = runtimePicture(PWEB);
    expect(ask(view, { params: { container: LAYER } }).steps).toEqual(['unmount:400:86']);
    const layers = [{ layer: LAYER, id: 'c3'.repeat(32), name: 'pweb' }];
    expect(ask(view, { params: { container: 'pweb' }, facts: { layers } }).steps).toEqual(['unmount:400:86']);
    expect(ask(view, { params: { container: 'pweb', runtime: 'containerd' }, facts: { layers } }).steps).toEqual([]);
  });

  it('goes lazily only by request, and only after a plain unmount was busy', () => {
    const busy = new Map([['unmount:400:84', { kind: 'busy', by: 'x (pid 1) works in it' } as const]]);
    const view = runtimePicture(WEB);
    const lazy = { container: 'web', release: ['unmount', 'lazy_unmount'] };
    expect(ask(view, { params: lazy }).steps).toEqual(['unmount:400:84']);
    expect(ask(view, { params: lazy, tried: busy }).steps).toEqual(['detach:400:84']);
    const plain = ask(view, { params: { container: 'web' }, tried: busy });
    expect([plain.steps, plain.refusals]).toEqual([
      ['unmount:400:84'],
      expect.stringContaining('x (pid 1) works in it'),
    ]);
  });

  it('stays where the holder is on the never list', () => {
    const held = ask(runtimePicture(WEB), { params: { container: 'web', never: ['agent*'] } });
    expect([held.steps, held.refusals]).toEqual([[], expect.stringContaining('on the never list')]);
  });

  it('is left alone as long as a process could not be looked at', () => {
    const view = { ...runtimePicture(WEB), unreadable: [{ pid: 5, why: 'hidden' }] };
    expect(ask(view, { params: { container: 'web' } })).toMatchObject({
      steps: [],
      refusals: expect.stringContaining('process 5'),
    });
  });
});

describe('volumes of a pod', () => {
  const both = runtimePicture(
    [volume(90, 80), `91 90 0:99 / ${VOLUME}/sub rw - tmpfs tmpfs rw`].join('\n'),
    volume(9, 1),
  );

  it('go from other namespaces, deepest first; what the kubelet has mounted is left to it', () => {
    const { steps, refusals } = ask(both, { params: { pod: UID }, facts: { daemons: [KUBELET] } });
    expect(steps).toEqual(['unmount:400:91', 'unmount:400:90']);
    expect(refusals).toContain('the kubelet runs (pid 77)');
    expect(ask(both, { params: { pod: UID } }).steps).toEqual(['unmount:100:9', 'unmount:400:91', 'unmount:400:90']);
  });

  it('are never touched while a process of the pod lives, or a runtime says so, or cannot be asked', () => {
    const task = { tasks: [{ token: `pod${UID}`, pid: 3, command: 'app' }] };
    const mute = { answers: [{ runtime: 'containerd', socket: 's', answer: 'late' } as const] };
    const known = {
      pods: [{ uid: UID, id: 'x1' }],
      known: [
        { runtime: 'containerd', socket: 's', namespace: 'k8s.io', id: 'x1', state: 'living', name: '' } as const,
      ],
    };
    for (const facts of [task, mute, known]) {
      const { steps, refusals } = ask(both, { params: { pod: UID }, facts });
      expect([steps, refusals]).toEqual([[], expect.stringMatching(/lives|not known/)]);
    }
    const ended = { ...known, known: known.known.map((each) => ({ ...each, state: 'ended' as const })) };
    expect(ask(both, { params: { pod: UID }, facts: ended }).steps).not.toEqual([]);
  });

  it('that an unmount would take from the kubelet stay', () => {
    const shared = viewOf(`host 100
      own 100
      ns 100 user 9
      task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
      1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
      ${volume(9, 1).replace('rw - ', 'rw shared:9 - ')}
      ns 400 user 9
      task 500 500 50 csi /csi /kubepods/csi
      80 79 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
      ${volume(90, 80).replace('rw - ', 'rw shared:9 - ')}`);
    const { steps, refusals } = ask(shared, { params: { pod: UID }, facts: { daemons: [KUBELET] } });
    expect([steps, refusals]).toEqual([[], expect.stringContaining('the kubelet runs')]);
  });

  it('that several pods share are left to their driver', () => {
    const staging = '/var/lib/kubelet/plugins/kubernetes.io/csi/rbd/abc/globalmount';
    const view = runtimePicture(volume(90, 80, '8:16', staging));
    expect(ask(view, { params: { path: staging } })).toMatchObject({
      steps: [],
      refusals: expect.stringContaining('NodeStage'),
    });
    expect(ask(view, { params: { path: staging.replace('globalmount', 'other') } }).refusals).toBe('');
  });
});

describe('a path or a device', () => {
  const stack = (exclusive: 'free' | 'busy', openers: DeviceStack['openers'] = []) => ({
    exclusive: { kind: exclusive },
    stack: {
      asked: '/dev/sdb',
      devices: [{ number: '8:16', name: 'sdb', names: ['/dev/sdb'], relation: 'self', of: '' } as const],
      ...{ loops: [], swaps: [], openers, moreOpeners: 0, partial: false },
    },
  });
  const held = runtimePicture(volume(90, 80, '8:16', '/mnt/data'));

  it('is freed in every namespace that the host has none of it in', () => {
    expect(ask(held, { params: { path: '/mnt/data' } }).steps).toEqual(['unmount:400:90']);
    expect(ask(held, { params: { device: '/dev/sdb' }, device: stack('busy') }).steps).toEqual(['unmount:400:90']);
  });

  it('stays whole while the host itself has it mounted', () => {
    const used = runtimePicture(volume(90, 80, '8:16', '/mnt/data'), volume(9, 1, '8:16', '/mnt/data'));
    for (const params of [{ path: '/mnt/data' }, { device: '/dev/sdb' }]) {
      const { steps, refusals } = ask(used, { params, device: stack('busy') });
      expect([steps, refusals]).toEqual([[], expect.stringContaining('the host itself has it mounted')]);
    }
  });

  it('is never the directory that a person made: only unmounts, whatever is allowed', () => {
    expect(ask(held, { params: { path: '/mnt/data', release: ['rmdir'] } })).toMatchObject({
      steps: [],
      refusals: expect.stringContaining('allows no more than: rmdir'),
    });
  });

  it('that belongs to a container that runs is refused, and not called clean', () => {
    const id = 'f6'.repeat(32);
    const root = `/var/lib/docker/overlay2/${id}/merged`;
    const view = runtimePicture(
      '',
      `9 1 0:150 / ${root} rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/${id}/diff`,
    );
    const web = container({ id: 'ab'.repeat(32), mountId: id, name: 'web' });
    const refused = ask(view, { params: { device: '0:150' }, living: [web] });
    expect([refused.steps, refused.refusals]).toEqual([[], expect.stringContaining('container web, which runs')]);
  });

  it('that is a root, or locked by a user namespace, or lies under something else stays', () => {
    const root = viewOf(`host 100
      own 100
      ns 100 user 9
      task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
      1 0 8:1 / / rw - ext4 /dev/sda1 rw
      ns 400 user 9
      task 500 500 50 app /app /x
      80 79 8:16 / / rw - ext4 /dev/sdb rw`);
    expect(ask(root, { params: { device: '8:16' } })).toMatchObject({
      steps: [],
      refusals: expect.stringContaining('root file system'),
    });
    const locked = {
      ...held,
      namespaces: held.namespaces.map((each) => (each.inode === 400 ? { ...each, userNamespace: 8 } : each)),
    };
    expect(ask(locked, { params: { path: '/mnt/data' } })).toMatchObject({
      steps: [],
      refusals: expect.stringContaining('EINVAL'),
    });
    const covered = runtimePicture(
      [volume(90, 80, '8:16', '/mnt/data'), '91 90 8:48 / /mnt/data/db rw - ext4 /dev/sdd rw'].join('\n'),
    );
    expect(ask(covered, { params: { device: '8:16' } })).toMatchObject({
      steps: [],
      refusals: expect.stringContaining('other mounts lie on it'),
    });
  });

  it('that no namespace has mounted, and that is busy all the same, is told with who has it', () => {
    const opener = { pid: 12, command: 'qemu', state: 'S', fd: '9', number: '8:16' };
    expect(
      ask(runtimePicture(), { params: { device: '/dev/sdb' }, device: stack('busy', [opener]) }).refusals,
    ).toContain('qemu (pid 12) has /dev/sdb open as fd 9');
    expect(ask(runtimePicture(), { params: { device: '/dev/sdb' }, device: stack('free', [opener]) }).refusals).toBe(
      '',
    );
  });
});

describe('the parameters', () => {
  it('name exactly one thing', () => {
    const asked = (params: object) => () => ask(runtimePicture(), { params: params as Record<string, unknown> });
    expect(asked({})).toThrow(/exactly one/);
    expect(asked({ path: '/x', device: '/dev/sdb' })).toThrow(/exactly one/);
    expect(asked({ path: '/x', runtime: 'podman' })).toThrow(/there is none/);
    for (const path of ['/', 'x', '/x/', '/x/../y', '/x//y']) expect(asked({ path }), path).toThrow();
  });
});
