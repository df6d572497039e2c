import { describe, expect, it } from 'vitest';
import { fromDocker, fromRuntime } from '../../../../src/modules/k8s-pod-remains/answers.ts';
import type { RuntimeFacts } from '../../../../src/mounts/runtime-standing.ts';
import type { DockerLook } from '../../../../src/programs/docker-records.ts';
import { container } from '../../../support/mount-view.ts';

const UID = '0a1b2c3d-0000-4000-8000-000000000001';
const ID = 'a'.repeat(64);

const facts = (fields: Partial<RuntimeFacts> = {}): RuntimeFacts => ({
  ...{ daemons: [], answers: [], known: [], pods: [], tasks: [], stores: [], layers: [] },
  ...{ directories: new Set(), networks: new Set() },
  ...fields,
});
const answer = (runtime: 'containerd' | 'crio' | 'podman', word: 'answered' | 'late' | 'refused' | 'no-client') => ({
  ...{ runtime, socket: '/run/x.sock', answer: word },
});
const known = (state: 'ended' | 'living') => ({
  runtime: 'containerd' as const,
  socket: '',
  namespace: 'k8s.io',
  id: ID,
  state,
  name: '',
});

describe('what containerd and CRI-O say of pods', () => {
  it('counts only if the runtime of the node answered, and every one of that kind', () => {
    const said = (...answers: RuntimeFacts['answers']) => fromRuntime('containerd', facts({ answers }), [UID]).silent;
    expect(said(answer('containerd', 'answered'))).toBeUndefined();
    expect(said()).toMatch(/not found here/);
    expect(said(answer('podman', 'answered'))).toMatch(/not found here/);
    expect(said(answer('containerd', 'late'))).toMatch(/late/);
    expect(said(answer('containerd', 'answered'), answer('containerd', 'no-client'))).toMatch(/no-client/);
    expect(fromRuntime('cri-o', facts({ answers: [answer('crio', 'answered')] }), [UID]).silent).toBeUndefined();
    expect(fromRuntime('frakti', facts({ answers: [answer('crio', 'answered')] }), [UID]).silent).toMatch(/frakti/);
  });

  it('lets a container live unless it has ended for sure', () => {
    const state = (list: RuntimeFacts['known']) =>
      fromRuntime('containerd', facts({ pods: [{ uid: UID, id: ID }], known: list }), [UID]).containers[0]?.state;
    expect([state([known('ended')]), state([known('living')]), state([])]).toEqual(['ended', 'living', 'living']);
  });

  it('finds processes of the pod by either way to write its cgroup, and of no other', () => {
    const tasks = ['pod0a1b2c3d-0000-4000-8000-000000000001', 'pod0a1b2c3d_0000_4000_8000_000000000001', 'podother'];
    const found = fromRuntime(
      'containerd',
      facts({ tasks: tasks.map((token, at) => ({ token, pid: at, command: 'c' })) }),
      [UID],
    );
    expect(found.tasks.map(({ uid, pid }) => [uid, pid])).toEqual([
      [UID, 0],
      [UID, 1],
    ]);
  });
});

describe('what Docker says of pods', () => {
  const look = (fields: Partial<DockerLook['state']> = {}, gaps: DockerLook['gaps'] = []) => ({
    kind: 'known' as const,
    look: {
      state: {
        ...{ source: 'daemon' as const, version: '19.3.13', driver: 'overlay2', dataRoot: '/var/lib/docker' },
        ...{ liveRestore: false, daemonPid: 1, containers: [] },
        ...fields,
      },
      ...{ daemon: 'answered' as const, listed: 0, hostTimeMs: 0, directories: [], gaps },
    },
  });

  it('counts only if the daemon answered about every container', () => {
    expect(fromDocker(look(), facts(), [UID]).silent).toBeUndefined();
    expect(fromDocker(look({ source: 'disk', silent: 'no answer in 10 s' }), facts(), [UID]).silent).toMatch(/10 s/);
    expect(fromDocker(look({}, [{ what: 'container x', why: 'refused' }]), facts(), [UID]).silent).toMatch(
      /container x/,
    );
    expect(fromDocker({ kind: 'none', why: 'no docker' }, facts(), [UID]).silent).toMatch(/no docker/);
  });

  it('tells containers of the pod by their label, dead, ended or living', () => {
    const labels = { 'io.kubernetes.pod.uid': UID };
    const list = [
      container({ id: 'a'.repeat(64), labels, status: 'dead', dead: true }),
      container({ id: 'b'.repeat(64), labels, status: 'removing', removing: true }),
      container({ id: 'c'.repeat(64), labels, status: 'exited', pid: 0 }),
      container({ id: 'd'.repeat(64), labels, status: 'running', pid: 12 }),
      container({ id: 'e'.repeat(64), labels: { 'io.kubernetes.pod.uid': 'other' } }),
      container({ id: 'f'.repeat(64) }),
    ];
    const states = fromDocker(look({ containers: list }), facts(), [UID]).containers.map(({ state }) => state);
    expect(states).toEqual(['dead', 'dead', 'ended', 'living']);
  });
});
