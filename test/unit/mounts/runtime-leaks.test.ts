import { describe, expect, it } from 'vitest';
import { ownerWords, runtimeLeaks, suspects } from '../../../src/mounts/runtime-leaks.ts';
import { runtimeOwners } from '../../../src/mounts/runtime-owners.ts';
import { type RuntimeFacts, standingOf } from '../../../src/mounts/runtime-standing.ts';
import * as picture from '../../support/runtime-picture.ts';

const { CONTAINER, LAYER, PWEB, PWEB_SHM, runtimeFacts, runtimePicture, SOCKET, STATE, WEB, WEB_BIND } = picture;

function look(view: ReturnType<typeof runtimePicture>, twist: Partial<RuntimeFacts> = {}) {
  const facts = runtimeFacts(twist);
  const judged = suspects(runtimeOwners(view)).map((owner) => ({ owner, standing: standingOf(owner, facts) }));
  return {
    standings: judged.map(({ owner, standing }) => `${ownerWords(owner, facts)}: ${standing.kind}`),
    leaks: runtimeLeaks(view, judged, []).map(({ leak }) => `${leak.namespace} ${leak.mount.id}`),
  };
}

const known = (id: string, state: 'ended' | 'living', runtime: 'containerd' | 'podman' = 'containerd') =>
  ({
    runtime,
    socket: runtime === 'podman' ? '' : SOCKET,
    namespace: runtime === 'podman' ? '' : 'default',
    id,
    state,
    name: '',
  }) as const;

describe('containers of other runtimes that left mounts behind', () => {
  it('are found wherever they are bound to, and what lives is no suspect', () => {
    expect(look(runtimePicture())).toEqual({ standings: [], leaks: [] });
    expect(look(runtimePicture([WEB, WEB_BIND, PWEB].join('\n')))).toEqual({
      standings: [
        'container web of containerd (default): gone',
        `a removed container of podman (layer ${LAYER.slice(0, 12)}): gone`,
      ],
      leaks: ['400 86', '400 84', '400 85'],
    });
  });

  it('are known by their layer alone, once containerd has removed the snapshot', () => {
    const directory = '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/2';
    expect(look(runtimePicture(WEB_BIND))).toEqual({
      standings: ['a removed container of containerd (snapshot 2): gone'],
      leaks: ['400 85'],
    });
    expect(look(runtimePicture(WEB_BIND), { directories: new Set([directory]) }).leaks).toEqual([]);
  });

  it('are none while anybody says that they live: the runtime, a task, a shim', () => {
    expect(look(runtimePicture(WEB), { known: [known('web', 'living')] }).leaks).toEqual([]);
    expect(look(runtimePicture(WEB), { tasks: [{ token: 'web', pid: 0, command: 'shim' }] }).leaks).toEqual([]);
    expect(look(runtimePicture(WEB), { known: [known('web', 'ended')] }).leaks).toEqual(['400 84']);
    // Another container of that id, in another namespace of containerd.
    expect(
      look(runtimePicture(WEB), { known: [{ ...known('web', 'living'), namespace: 'other' }] }).leaks,
    ).toHaveLength(1);
  });

  it('are unknown, and not gone, while somebody who would know does not answer', () => {
    for (const answer of ['late', 'refused', 'no-client'] as const) {
      const seen = look(runtimePicture(WEB), { answers: [{ runtime: 'containerd', socket: SOCKET, answer }] });
      expect(seen, answer).toEqual({ standings: ['container web of containerd (default): unknown'], leaks: [] });
    }
    expect(look(runtimePicture(WEB), { answers: [] }).leaks).toEqual([]);
    expect(look(runtimePicture(WEB), { daemons: [] }).leaks).toEqual([]);
    expect(look(runtimePicture(PWEB), { answers: [{ runtime: 'podman', socket: '', answer: 'late' }] }).leaks).toEqual(
      [],
    );
    expect(look(runtimePicture(PWEB), { stores: ['/data/storage'] }).leaks).toEqual([]);
    expect(look(runtimePicture(PWEB)).leaks).toEqual(['400 86']);
  });

  it('of podman go by the container that has the layer', () => {
    const layers = [{ layer: LAYER, id: CONTAINER, name: 'pweb' }];
    const ended = look(runtimePicture([PWEB, PWEB_SHM].join('\n')), {
      layers,
      known: [known(CONTAINER, 'ended', 'podman')],
    });
    expect(ended.leaks).toEqual(['400 86', '400 87']);
    expect(ended.standings).toContain('container pweb of podman: ended');
    const task = [{ token: CONTAINER, pid: 7, command: 'sleep' }];
    expect(look(runtimePicture(PWEB), { layers, tasks: task }).leaks).toEqual([]);
  });

  it('still mounted on the host are leaks only if nobody knows them any more', () => {
    const left = `9 2 0:70 / ${STATE}/io.containerd.runtime.v2.task/default/web/rootfs rw shared:9 ${picture.snapshot(2)}`;
    expect(look(runtimePicture('', left)).leaks).toEqual(['100 9']);
    expect(look(runtimePicture('', left), { known: [known('web', 'ended')] }).leaks).toEqual([]);
    const copied = runtimePicture(WEB, left);
    expect(look(copied, { known: [known('web', 'ended')] }).leaks).toEqual(['400 84']);
  });

  it('of a runtime within a container are out of reach', () => {
    const nested = `ns 500 user 9
  task 600 600 60 containerd /usr/bin/containerd /docker/dind
  90 89 0:120 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/x/diff
  91 90 0:121 / /run rw - tmpfs tmpfs rw
  92 91 0:122 / ${STATE}/io.containerd.runtime.v2.task/default/inner/rootfs rw ${picture.snapshot(9)}
  93 90 0:123 / ${picture.STORE}/overlay/${LAYER}/merged rw ${picture.layered(LAYER)}`;
    expect(look(runtimePicture(nested))).toEqual({ standings: [], leaks: [] });
  });

  it('leave Docker what is its own', () => {
    const owners = runtimeOwners(runtimePicture(WEB), new Set(['0:70']));
    expect(suspects(owners)).toEqual([]);
  });
});

describe('network namespaces that a copy keeps', () => {
  const pin = '88 81 0:4 net:[4026532999] /run/netns/cni-1 rw - nsfs nsfs rw';

  it('are leaks if nobody lives there and the host has removed them', () => {
    expect(look(runtimePicture(pin))).toEqual({ standings: ['network namespace cni-1: gone'], leaks: ['400 88'] });
    expect(look(runtimePicture(pin), { networks: new Set([4026532999]) }).leaks).toEqual([]);
    const kept = '9 2 0:4 net:[4026532999] /run/netns/cni-1 rw shared:9 - nsfs nsfs rw';
    expect(look(runtimePicture(pin, kept))).toEqual({ standings: [], leaks: [] });
  });
});
