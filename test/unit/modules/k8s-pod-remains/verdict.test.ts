import { describe, expect, it } from 'vitest';
import { candidates, ownNodes } from '../../../../src/modules/k8s-pod-remains/identity.ts';
import {
  mountsOf,
  type NodeLook,
  type RuntimeContainer,
  remainsOf,
} from '../../../../src/modules/k8s-pod-remains/verdict.ts';
import { viewOf } from '../../../support/mount-view.ts';
import { silentSession } from '../../../support/shelf.ts';

const UID = '0a1b2c3d-0000-4000-8000-000000000001';
const OTHER = '0a1b2c3d-0000-4000-8000-000000000002';
const ID = 'a'.repeat(64);
const POD = { namespace: 'shop', name: 'web-0', uid: UID, node: 'n1', containers: [ID] };

const HOST = `
host 1
own 1
ns 1 user 1
task 1 1 10 systemd /sbin/init 0::/init.scope
20 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
`;
const HOLDER = `
ns 2 user 1
task 700 700 30 agent /agent 0::/system.slice/agent.service
40 1 8:1 / / rw - ext4 /dev/sda1 rw
`;
const look = (mounts = '', fields: Partial<NodeLook> = {}): NodeLook => ({
  ...{ containers: [], tasks: [], known: [] },
  view: viewOf(`${HOST}${HOLDER}${mounts}`),
  ...fields,
});
const container = (state: RuntimeContainer['state'], uid = UID): RuntimeContainer => ({
  uid,
  id: ID,
  name: 'k8s_web',
  state,
});
const volume = (uid: string) =>
  `41 40 0:50 / /host/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~secret/token rw - tmpfs tmpfs rw`;

describe('what is left of a pod', () => {
  it('is nothing only if everybody was asked and nobody has anything', () => {
    expect(remainsOf(POD, look())).toMatchObject({ verdict: 'gone', alive: false, what: [] });
    const silent = 'the Docker daemon does not answer';
    expect(remainsOf(POD, look('', { silent }))).toMatchObject({ verdict: 'unknown', what: [silent] });
    const dark = look();
    const unreadable = [{ pid: 9, why: 'EACCES' }];
    expect(remainsOf(POD, { ...dark, view: { ...dark.view, unreadable } })).toMatchObject({ verdict: 'unknown' });
  });

  it.each(['dead', 'ended'] as const)('is a container that is %s, and nothing that lives', (state) => {
    expect(remainsOf(POD, look('', { containers: [container(state)] }))).toMatchObject({
      verdict: 'remains',
      alive: false,
    });
    expect(remainsOf(POD, look('', { containers: [container(state, OTHER)] }))).toMatchObject({ verdict: 'gone' });
  });

  it('lives with a container or a process of its own, also where somebody else could not be asked', () => {
    const alive = { verdict: 'remains', alive: true };
    expect(remainsOf(POD, look('', { containers: [container('living')] }))).toMatchObject(alive);
    const tasks = [{ uid: UID, pid: 77, command: 'app' }];
    expect(remainsOf(POD, look('', { tasks, silent: 'late' }))).toMatchObject({
      ...alive,
      what: ['process app (pid 77) lives'],
    });
    expect(remainsOf(POD, look('', { tasks: [{ uid: OTHER, pid: 77, command: 'app' }] }))).toMatchObject({
      verdict: 'gone',
    });
  });

  it('is a mount in any namespace, by whole components', () => {
    expect(remainsOf(POD, look(volume(UID)))).toMatchObject({
      verdict: 'remains',
      alive: false,
      what: [expect.stringMatching(/token is mounted in process agent \(pid 700\)$/)],
    });
    expect(remainsOf(POD, look(volume(OTHER)))).toMatchObject({ verdict: 'gone' });
    expect(remainsOf(POD, look(volume(`${UID}-backup`)))).toMatchObject({ verdict: 'gone' });
  });

  it('is a mount of one of its containers, of those too that only the runtime knows', () => {
    const rootfs = (id: string) =>
      `41 40 0:50 / /run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/rootfs rw - overlay overlay rw`;
    const sandbox = 'b'.repeat(64);
    expect(mountsOf(POD, [], look(rootfs(ID)))).toMatchObject([{ token: ID, onHost: false }]);
    expect(mountsOf(POD, [], look(rootfs(sandbox)))).toEqual([]);
    expect(mountsOf(POD, [{ ...container('ended'), id: sandbox }], look(rootfs(sandbox)))).toMatchObject([
      { token: sandbox },
    ]);
  });
});

describe('which node a host is', () => {
  const facts = (fields: object) => ({
    ...silentSession('h').facts,
    bootId: 'boot-1',
    nodename: 'worker-1',
    ...fields,
  });
  const node = (name: string, fields: object = {}) => ({
    name,
    boot_id: 'boot-1',
    machine_id: `id-of-${name}`,
    runtime: 'docker://1',
    ...fields,
  });
  const looks = (...nodes: readonly ReturnType<typeof node>[]) => [
    { nodes, pods: [{ ...POD, node: nodes[0]?.name ?? '' }] },
  ];
  const own = (nodes: ReturnType<typeof looks>, given: object = {}, vouched = '', machineId = '') =>
    ownNodes(candidates(nodes, facts(given)), facts(given), vouched, machineId).map((each) => each.node.name);

  it('is told by the boot id, and by its name or its machine id beside that', () => {
    expect(own(looks(node('worker-1')))).toEqual(['worker-1']);
    expect(own(looks(node('worker-1.example.com')))).toEqual(['worker-1.example.com']);
    expect(own(looks(node('worker-1')), { nodename: 'WORKER-1.example.com' })).toEqual(['worker-1']);
    expect(own(looks(node('ip-10-0-0-1')), {}, '', 'id-of-ip-10-0-0-1')).toEqual(['ip-10-0-0-1']);
    expect(own(looks(node('ip-10-0-0-1')), {}, 'ip-10-0-0-1')).toEqual(['ip-10-0-0-1']);
  });

  it('is one node, however many control hosts have told of it, each with pods of its own look', () => {
    const one = looks(node('worker-1'))[0];
    const other = {
      nodes: [node('worker-1')],
      pods: [
        { ...POD, node: 'worker-1' },
        { ...POD, node: 'worker-1', uid: 'u2' },
      ],
    };
    const found = candidates([...(one === undefined ? [] : [one]), other], facts({}));
    expect(found.map(({ node: { name }, pods }) => [name, pods.map(({ uid }) => uid)])).toEqual([
      ['worker-1', [POD.uid, 'u2']],
    ]);
    const twins = [...looks(node('worker-1')), ...looks(node('worker-1', { machine_id: 'another' }))];
    expect(own(twins)).toEqual(['worker-1', 'worker-1']);
  });

  it('is never told by a name alone, whoever vouches for it', () => {
    const elsewhere = looks(node('worker-1', { boot_id: 'boot-2' }));
    expect(own(elsewhere)).toEqual([]);
    expect(own(elsewhere, {}, 'worker-1', 'id-of-worker-1')).toEqual([]);
    expect(own(looks(node('worker-1', { boot_id: '' })), { bootId: '' })).toEqual([]);
  });

  it('is not told by the boot id alone: nodes that are containers have that of their machine', () => {
    expect(own(looks(node('kind-worker'), node('kind-worker2')), {}, '', 'id-of-the-laptop')).toEqual([]);
    expect(own(looks(node('kind-worker'), node('kind-worker2')), { nodename: 'kind-worker2' })).toEqual([
      'kind-worker2',
    ]);
  });
});
