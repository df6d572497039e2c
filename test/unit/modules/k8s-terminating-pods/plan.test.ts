import { describe, expect, it } from 'vitest';
import type { PodRemains } from '../../../../src/core/pods.ts';
import { k8sTerminatingPodsModule as module } from '../../../../src/modules/k8s-terminating-pods/index.ts';
import { selectPast } from '../../../../src/modules/k8s-terminating-pods/select.ts';
import type { ClusterLook, ClusterNode, TerminatingPod } from '../../../../src/programs/kubectl-terminating.ts';

const NOW = Date.parse('2026-11-21T09:00:00Z');
const UID = '0a1b2c3d-0000-4000-8000-000000000001';

const node = (fields: Partial<ClusterNode> = {}): ClusterNode => ({
  ...{ name: 'n1', ready: 'True', bootId: 'b', machineId: 'm', runtime: 'docker://19.3.13' },
  ...fields,
});
const pod = (fields: Partial<TerminatingPod> = {}): TerminatingPod => ({
  ...{ namespace: 'shop', name: 'web-0', uid: UID, deletionTimestamp: '2026-11-21T08:00:00Z', mirror: false },
  ...{ owner: 'StatefulSet', finalizers: [], node: 'n1', phase: 'Running', containers: [] },
  ...fields,
});
const told = (fields: Partial<PodRemains> = {}) => [
  {
    node: 'n1',
    pods: [{ uid: UID, namespace: 'shop', name: 'web-0', verdict: 'gone' as const, alive: false, what: [], ...fields }],
  },
];
const cluster = (
  pods: readonly TerminatingPod[],
  nodes: readonly ClusterNode[] = [node()],
  gaps: ClusterLook['gaps'] = [],
) => ({
  ...{ version: 'v1.20.2', nowMs: NOW, nodes, pods, listed: pods.length, gaps },
});

function decide(seen: ClusterLook, given: object) {
  const { state } = selectPast(seen, NOW, 60_000);
  const params = module.params.parse(given);
  const changes = module.plan(state, params, new Map());
  const refusals = module.refusals?.(state, params, new Map()) ?? [];
  return { changes, pending: changes.map((change) => change.pending), refusals: refusals.map(({ why }) => why) };
}

const PROVED = { remains: told(), force: 'when_proved' };

describe('which pods should be gone', () => {
  const past = (deletionTimestamp: string) => selectPast(cluster([pod({ deletionTimestamp })]), NOW, 60_000).state;

  it('are those whose deletion time, which has the grace period in it, is over for long enough', () => {
    expect(past('2026-11-21T08:59:00Z')).toMatchObject({ past: { length: 1 }, waiting: 0 });
    expect(past('2026-11-21T08:59:01Z')).toMatchObject({ past: [], waiting: 1 });
    expect(past('2026-11-21T09:30:00Z')).toMatchObject({ past: [], waiting: 1 });
  });

  it('are told by a time with another zone as well, and an odd one is a gap', () => {
    expect(past('2026-11-21T16:58:00+08:00').past.length).toBe(1);
    const odd = selectPast(cluster([pod({ deletionTimestamp: 'soon' })]), NOW, 0);
    expect([odd.state.past, odd.state.waiting, odd.gaps.length]).toEqual([[], 0, 1]);
  });
});

describe('what is done for a pod', () => {
  it('is nothing as long as it is only listed', () => {
    expect(decide(cluster([pod()]), {})).toEqual({ changes: [], pending: [], refusals: [] });
  });

  it('is to delete it, if its node has shown that nothing of it is left and the playbook says so', () => {
    const { changes, refusals } = decide(cluster([pod()]), PROVED);
    expect(refusals).toEqual([]);
    expect(changes).toMatchObject([
      {
        id: `delete:${UID}`,
        title: 'delete pod shop/web-0',
        certainty: 'certain',
        witness: { uid: UID, deletionTimestamp: '2026-11-21T08:00:00Z', node: 'n1' },
        blast: ['its StatefulSet may start a successor, if it waits for this one to go'],
      },
    ]);
    expect(changes[0]).not.toHaveProperty('pending');
  });

  it('is put off without force', () => {
    const { pending } = decide(cluster([pod()]), { remains: told(), wait: '90s' });
    expect(pending).toEqual([expect.stringMatching(/did not remove it within 1m30s; `force: when_proved` would/)]);
  });

  it('is put off as long as something dead is left, also with force', () => {
    const remains = told({ verdict: 'remains', what: ['a', 'b', 'c'] });
    expect(decide(cluster([pod()]), { ...PROVED, remains })).toMatchObject({
      pending: ['its node still has a; b; and 1 more'],
      refusals: [],
    });
  });

  it.each<[string, TerminatingPod, object, RegExp]>([
    ['has finalizers', pod({ finalizers: ['a/b', 'c/d'] }), PROVED, /it has the finalizers a\/b, c\/d/],
    ['mirrors a static pod', pod({ mirror: true }), PROVED, /mirrors a static pod/],
    ['never had a node', pod({ node: '' }), PROVED, /never had a node/],
    ['is on a node that is gone', pod({ node: 'n9' }), PROVED, /no node n9 any more/],
    [
      'still runs',
      pod(),
      { ...PROVED, remains: told({ verdict: 'remains', alive: true, what: ['x lives'] }) },
      /still runs: x lives/,
    ],
    [
      'could not be looked for',
      pod(),
      { ...PROVED, remains: told({ verdict: 'unknown', what: ['fog'] }) },
      /not known: fog/,
    ],
    ['was looked for by nobody', pod(), { ...PROVED, remains: [] }, /no host told/],
    ['was looked for on a host that failed', pod(), { ...PROVED, remains: [{ status: 'failed' }] }, /no host told/],
    ['was looked for on another node', pod(), { ...PROVED, remains: [{ ...told()[0], node: 'n2' }] }, /no host told/],
    ['has a namesake that is gone', pod({ uid: 'other' }), PROVED, /no host told/],
  ])('is nothing, with the reason, for one that %s', (_name, each, given, why) => {
    expect(decide(cluster([each]), given)).toMatchObject({ changes: [], refusals: [expect.stringMatching(why)] });
  });

  it.each(['False', 'Unknown', ''])('is nothing on a node whose Ready is "%s", whatever its host says', (ready) => {
    const { changes, refusals } = decide(cluster([pod()], [node({ ready })]), PROVED);
    expect([changes, refusals]).toEqual([[], [expect.stringMatching(/node n1 is not Ready/)]]);
    expect(decide(cluster([pod()], [node()]), PROVED).changes.length).toBe(1);
  });

  it('is nothing where the nodes could not be listed', () => {
    const { refusals } = decide(cluster([pod()], [], [{ what: 'the nodes', why: 'HTTP 403' }]), PROVED);
    expect(refusals).toEqual([expect.stringMatching(/nothing is known of node n1/)]);
  });

  it('is nothing if one of two answers about it is no proof', () => {
    const both = [...told(), ...told({ verdict: 'remains', alive: true, what: ['x lives'] })];
    expect(decide(cluster([pod()]), { ...PROVED, remains: both }).changes).toEqual([]);
    expect(decide(cluster([pod()]), { ...PROVED, remains: [...told(), ...told()] }).changes.length).toBe(1);
  });
});

describe('a pod that was deleted', () => {
  const verdict = (pods: readonly TerminatingPod[]) => {
    const before = selectPast(cluster([pod()]), NOW, 0).state;
    const [change] = module.plan(before, module.params.parse(PROVED), new Map());
    if (change === undefined) throw new Error('no change');
    return module.verify(selectPast(cluster(pods), NOW, 0).state, change, before).kind;
  };

  it('is gone when no object has its uid, whoever has its name now', () => {
    expect(verdict([])).toBe('as-wanted');
    expect(verdict([pod({ uid: 'successor' })])).toBe('as-wanted');
    expect(verdict([pod()])).toBe('not-yet');
  });
});

describe('what is told of the pods', () => {
  it('says what not to do, and which playbook does it', () => {
    const { state } = selectPast(cluster([pod(), pod({ uid: 'f', name: 'x', finalizers: ['a/b'] })]), NOW, 0);
    const [first, second] = module.findings?.(state) ?? [];
    expect(first).toMatchObject({
      kind: 'health',
      title: 'pod shop/web-0 on node n1 should have been gone for 1h00m',
      playbook: 'terminating-pods.yml',
    });
    expect(first?.avoid?.[0]).toMatch(/--force/);
    expect(second?.cause).not.toBe(first?.cause);
  });

  it('gives the nodes of these pods only', () => {
    const { state } = selectPast(cluster([pod()], [node(), node({ name: 'n2' })]), NOW, 0);
    expect(module.result(state)).toMatchObject({
      nodes: [{ name: 'n1', boot_id: 'b' }],
      pods: [{ uid: UID, node: 'n1' }],
    });
  });
});
