import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterAccess } from '../../../src/programs/kubectl.ts';
import { awaitPods } from '../../../src/programs/kubectl-await-pods.ts';
import { deletePod } from '../../../src/programs/kubectl-delete-pod.ts';
import { listTerminating } from '../../../src/programs/kubectl-terminating.ts';
import { KUBECTL } from '../../support/kubectl.ts';
import {
  type ApiObject,
  KUBERNETES_VERSIONS,
  RecordedApiServer,
  type ServerParts,
} from '../../support/recorded-api-server.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const plain = (pod: ApiObject) => delete pod.metadata.deletionTimestamp;

describe.runIf(KUBECTL !== undefined).each(shellKinds())('kubectl under $name', (shell) => {
  const host = new ShellHost(shell);
  let sandbox: ReturnType<typeof makeSandbox>;
  let server: RecordedApiServer;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(async () => {
    sandbox.remove();
    await server.stop();
  });

  async function serve(parts: ServerParts = {}, deadlineMs = 20_000): Promise<ClusterAccess> {
    server = await new RecordedApiServer({ now: () => NOW, ...parts }).start();
    const kubeconfig = join(sandbox.path, 'config of the cluster');
    writeFileSync(kubeconfig, server.kubeconfig());
    return { kubectl: KUBECTL ?? '', kubeconfig, context: 'lab', deadlineMs };
  }

  const witness = (pod: ApiObject) => ({
    ...{ namespace: 'default', name: pod.metadata.name, uid: pod.metadata.uid },
    ...{ deletionTimestamp: String(pod.metadata.deletionTimestamp), node: String(pod.spec.nodeName) },
  });

  it.each(KUBERNETES_VERSIONS)('tells of nodes and of the pods that were asked to go, of %s', async (version) => {
    const access = await serve({ version });
    server.addNode('n1');
    server.addNode('n2', { ready: 'Unknown' });
    server.addPod('stays', 'n1', plain);
    const pod = server.addPod('goes', 'n1', (each) => {
      each.metadata.finalizers = ['example.com/a', 'example.com/b'];
    });
    server.addPod('new', 'n2', (each) => {
      each.status = { phase: 'Pending' };
      delete each.metadata.ownerReferences;
      each.metadata.annotations = { 'kubernetes.io/config.mirror': 'x' };
    });
    const answer = await listTerminating(host, access, []);
    const runtime = {
      'v1.14': 'docker://18.6.3',
      'v1.20': 'docker://19.3.13',
      'v1.28': 'containerd://1.7.2',
      'v1.33': 'cri-o://1.33.0',
    };
    expect(answer).toMatchObject({
      look: {
        nowMs: NOW.getTime(),
        listed: 3,
        gaps: [],
        nodes: [
          { name: 'n1', ready: 'True', bootId: 'boot-of-n1', machineId: 'machine-of-n1', runtime: runtime[version] },
          { name: 'n2', ready: 'Unknown' },
        ],
        pods: [
          {
            ...witness(pod),
            mirror: false,
            owner: 'ReplicaSet',
            finalizers: ['example.com/a', 'example.com/b'],
            phase: 'Running',
          },
          { name: 'new', mirror: true, owner: '', finalizers: [], containers: [] },
        ],
      },
    });
    if (answer.kind !== 'known') throw answer.error;
    expect(answer.look.version.startsWith(version)).toBe(true);
    const [container] = answer.look.pods[0]?.containers ?? [];
    expect(container).toMatchObject({ name: 'web', state: 'terminated' });
    expect(container?.id).toMatch(/^(docker|containerd|cri-o):\/\/a+0*2$/);
    expect(server.strange).toEqual([]);
    expect(existsSync('/.kube')).toBe(false);
  });

  it('reads hundreds of pods page by page, and several namespaces', async () => {
    const access = await serve();
    for (let number = 0; number < 603; number++) {
      const change = number % 600 === 1 ? () => undefined : plain;
      server.addPod(`p${number}`, 'n1', (pod) => {
        pod.metadata.namespace = number % 2 === 0 ? 'even' : 'odd';
        change(pod);
      });
    }
    const all = await listTerminating(host, access, []);
    expect(all).toMatchObject({ look: { listed: 603, pods: [{ name: 'p1' }, { name: 'p601' }] } });
    expect(server.requests.filter((each) => each.startsWith('GET /api/v1/pods?')).length).toBe(2);
    const some = await listTerminating(host, access, ['odd', 'nobody']);
    expect(some).toMatchObject({ look: { listed: 301, pods: { length: 2 } } });
  });

  it('takes a name for nothing but a name', async () => {
    const access = await serve();
    const odd = 'a\tb\nu\tpod "x" \\134';
    server.addPod('p', 'n1', (pod) => {
      pod.status.phase = odd;
    });
    expect(await listTerminating(host, access, [])).toMatchObject({ look: { pods: [{ name: 'p', phase: odd }] } });
  });

  it.each([
    [403, 'Forbidden', 'E_DENIED'],
    [401, 'Unauthorized', 'E_DENIED'],
    [500, 'InternalError', 'E_UNKNOWN'],
  ])('tells HTTP %s apart by its number', async (status, reason, code) => {
    const access = await serve();
    server.addPod('p', 'n1');
    server.instead = (_method, path) => (path === '/api/v1/pods' ? { status, reason } : undefined);
    expect(await listTerminating(host, access, [])).toMatchObject({ kind: 'unknown', error: { code } });
    server.instead = (_method, path) => (path === '/api/v1/nodes' ? { status, reason } : undefined);
    expect(await listTerminating(host, access, [])).toMatchObject({
      kind: 'known',
      look: { gaps: [{ what: 'the nodes of the cluster' }] },
    });
  });

  it('knows nothing of a server that is silent or not there, and never says the token', async () => {
    const access = await serve({}, 2000);
    server.instead = () => 'hang';
    const silent = await listTerminating(host, access, []);
    expect(silent).toMatchObject({ kind: 'unknown', error: { code: 'E_UNKNOWN' } });
    await server.stop();
    const gone = await listTerminating(host, { ...access, deadlineMs: 20_000 }, []);
    expect(gone).toMatchObject({ kind: 'unknown', error: { code: 'E_UNKNOWN' } });
    expect(JSON.stringify([silent, gone])).not.toContain('secret');
    expect(await listTerminating(host, { ...access, kubectl: '/nowhere/kubectl' }, [])).toMatchObject({
      error: { code: 'E_PREFLIGHT_TOOL', message: expect.stringMatching(/^\/nowhere\/kubectl on .* is not there/) },
    });
  });

  it('deletes by uid and resource version, and nothing else', async () => {
    const access = await serve({ base: '/k8s/clusters/c-1' });
    const pod = server.addPod('p', 'n1');
    expect(await deletePod(host, access, { ...witness(pod), uid: 'another' })).toMatchObject({
      kind: 'done',
      note: /meanwhile/,
    });
    expect(server.pods).toEqual(['default/p']);
    expect(await deletePod(host, access, { ...witness(pod), deletionTimestamp: '2026-11-21T07:00:00Z' })).toMatchObject(
      { kind: 'stale' },
    );
    expect(await deletePod(host, access, { ...witness(pod), node: 'n2' })).toMatchObject({ kind: 'stale' });
    pod.metadata.finalizers = ['example.com/a'];
    expect(await deletePod(host, access, witness(pod))).toMatchObject({ kind: 'stale', found: /example.com/ });
    expect(server.requests.some((each) => each.startsWith('DELETE'))).toBe(false);
    delete pod.metadata.finalizers;
    expect(await deletePod(host, access, witness(pod))).toEqual({ kind: 'done' });
    expect(server.pods).toEqual([]);
    expect(await deletePod(host, access, witness(pod))).toMatchObject({ kind: 'done', note: /meanwhile/ });
    expect(server.strange).toEqual([]);
  });

  it('leaves the decision to the server when the pod changes in the last moment', async () => {
    const access = await serve();
    const pod = server.addPod('p', 'n1');
    server.beforeDelete = () => server.touch(pod);
    expect(await deletePod(host, access, witness(pod))).toMatchObject({ kind: 'stale', found: /changed/ });
    server.beforeDelete = () => {
      pod.metadata.uid = 'its-successor';
    };
    const before = witness(pod);
    expect(await deletePod(host, access, before)).toMatchObject({ kind: 'done' });
    expect(server.pods).toEqual(['default/p']);
  });

  it('says why an object stays', async () => {
    const access = await serve({}, 3000);
    const pod = server.addPod('p', 'n1');
    server.instead = (method) => (method === 'DELETE' ? { status: 403, reason: 'Forbidden' } : undefined);
    expect(await deletePod(host, access, witness(pod))).toMatchObject({ kind: 'denied', why: /Forbidden/ });
    server.instead = (method) => (method === 'DELETE' ? 'hang' : undefined);
    expect(await deletePod(host, access, witness(pod))).toMatchObject({ kind: 'unknown' });
    server.instead = () => undefined;
    server.beforeDelete = () => {
      pod.metadata.finalizers = ['example.com/late'];
    };
    expect(await deletePod(host, access, witness(pod))).toMatchObject({ kind: 'denied' });
    expect(server.pods).toEqual(['default/p']);
  });

  it('waits for kubelets, and not for a pod of the same name', async () => {
    const access = await serve();
    const pods = ['a', 'b', 'c'].map((name) => witness(server.addPod(name, 'n1')));
    expect(await awaitPods(host, access, pods, 0)).toEqual({ kind: 'known', left: pods.map(({ uid }) => uid) });
    server.forget('default/a');
    server.forget('default/b');
    server.addPod('b', 'n1');
    expect(await awaitPods(host, access, pods, 0)).toEqual({ kind: 'known', left: [pods[2]?.uid] });
    let asked = 0;
    server.instead = (_method, _path, query) => {
      if (query.get('fieldSelector') === 'metadata.name=c' && ++asked === 2) server.forget('default/c');
      return undefined;
    };
    expect(await awaitPods(host, access, pods, 60_000)).toEqual({ kind: 'known', left: [] });
    expect(asked).toBe(2);
    server.instead = () => ({ status: 403, reason: 'Forbidden' });
    expect(await awaitPods(host, access, pods, 0)).toMatchObject({ kind: 'unknown', error: { code: 'E_DENIED' } });
  });

  it('takes no 404 of somebody in between for a pod that is gone', async () => {
    const access = await serve();
    const pod = witness(server.addPod('p', 'n1'));
    server.instead = (_method, path) => (path.includes('/pods') ? { status: 404, reason: 'NotFound' } : undefined);
    expect(await awaitPods(host, access, [pod], 0)).toMatchObject({ kind: 'unknown', error: { message: /HTTP 404/ } });
    expect(await deletePod(host, access, pod)).toMatchObject({ kind: 'unknown' });
    server.instead = (method) => (method === 'DELETE' ? { status: 404, reason: 'NotFound' } : undefined);
    expect(await deletePod(host, access, pod)).toMatchObject({ kind: 'denied' });
    expect(server.pods).toEqual(['default/p']);
  });
});
