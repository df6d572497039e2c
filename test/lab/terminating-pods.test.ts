import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiObject, type KubernetesVersion, RecordedApiServer } from '../support/recorded-api-server.ts';
import { bystanders } from './bystanders.ts';
import { debianProgram } from './debian-program.ts';
import { describeLab } from './describe-lab.ts';
import { listContainers, startContainer } from './faults/containers.ts';
import { cadvisor, privateService } from './faults/holders.ts';
import { removeAndProve } from './faults/leak.ts';
import type { Container } from './faults/model.ts';
import { mountsOf } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { BUSYBOX } from './images.ts';
import { source } from './paths.ts';
import { harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, tasksOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

const PLAYBOOK = join(source('../..'), 'playbooks/terminating-pods.yml');

let unbusy: Unbusy;
beforeAll(() => {
  unbusy = new Unbusy();
});
afterAll(() => unbusy?.close());

/** Starts the containers of a pod as dockershim names them: the sandbox and one container. */
async function startPod(node: LabHost, { metadata }: ApiObject): Promise<readonly Container[]> {
  const { namespace, name, uid } = metadata;
  const start = (container: string, type: string) => {
    const labels = { 'pod.name': name, 'pod.namespace': namespace, 'pod.uid': uid, 'docker.type': type };
    const words = Object.entries(labels).map(([key, value]) => `--label io.kubernetes.${key}=${value}`);
    return startContainer(node, `k8s_${container}_${name}_${namespace}_${uid}_0`, `${words.join(' ')} ${BUSYBOX}`);
  };
  return [await start('POD', 'podsandbox'), await start('web', 'container')];
}

/** A process of the holder works in a copy of a container's root: a plain unmount is busy. */
async function workInCopy(node: LabHost, copies: readonly string[], { mountId }: Container): Promise<void> {
  const copy = copies.find((point) => point.includes(mountId));
  await node.must(`docker exec -d -w ${copy} cadvisor sleep 1d`);
}

/** Makes a control host: a real kubectl, and a kubeconfig that leads to the server on the machine. */
async function makeControl(host: LabHost, server: RecordedApiServer): Promise<string> {
  const kubectl = await debianProgram('kubectl');
  if (!kubectl.ok) throw new Error(kubectl.why);
  const input = readFileSync(kubectl.path);
  await host.must(
    'file=$(mktemp /usr/local/bin/.XXXXXX); cat >$file; chmod 755 $file; mv $file /usr/local/bin/kubectl',
    { input },
  );
  return host.must('umask 077; file=$(mktemp /root/kubeconfig.XXXXXX); cat >$file; echo $file', {
    input: server.kubeconfig(),
  });
}

/** A server on the machine's side of the lab, an hour past the deletion times of the recording, whatever the hosts' clocks say. */
function startServer(host: LabHost, version: KubernetesVersion): Promise<RecordedApiServer> {
  const address = host.access.address.replace(/\d+$/, '1');
  return new RecordedApiServer({ version, address, now: () => new Date('2026-11-21T09:00:00Z') }).start();
}

type Run = (...args: readonly string[]) => Promise<UnbusyRun>;

/** Runs the shipped playbook with a control host and a node, which may be one and the same. */
const runner =
  (control: LabHost, node: LabHost, kubeconfig: string): Run =>
  (...args) =>
    unbusy.playbook(
      [...new Set([control, node])],
      PLAYBOOK,
      ['-e', `kubeconfig=${kubeconfig}`, '-e', 'wait=0', ...args],
      {
        groups: { control: [control], nodes: [node] },
      },
    );

const bootId = (host: LabHost) => host.must('cat /proc/sys/kernel/random/boot_id');

describeLab('pods in Terminating (recorded API server)', { ctl: {}, old: { legacyRmdir: true } }, (hosts) => {
  test('go from a Docker node once nothing of them is left there, and stay as long as something is', async () => {
    const { ctl, old } = hosts;
    const server = await startServer(old, 'v1.20');
    try {
      const kubeconfig = await makeControl(ctl, server);
      server.addNode('old', { bootId: await bootId(old) });
      const run = runner(ctl, old, kubeconfig);
      await goes(server, old, run);
      await stays(server, old, run);
      expect(server.strange).toEqual([]);
      expect(await ctl.must('ls -A /')).not.toContain('.kube');
    } finally {
      await server.stop();
    }
  });

  test('go from a containerd node, which is its own control host, when their volumes are released', async () => {
    const { ctl } = hosts;
    const server = await startServer(ctl, 'v1.28');
    try {
      const kubeconfig = await makeControl(ctl, server);
      server.addNode('ctl', { bootId: await bootId(ctl) });
      await leaksVolume(server, ctl, runner(ctl, ctl, kubeconfig));
      expect(server.strange).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

/** The dead containers of one pod go, and then the pod; its living neighbour notices nothing. */
async function goes(server: RecordedApiServer, node: LabHost, run: Run): Promise<void> {
  const stuck = server.addPod('web-0', 'old');
  const lives = server.addPod('web-1', 'old', ({ metadata }) => delete metadata.deletionTimestamp);
  const dead = await startPod(node, stuck);
  await startPod(node, lives);
  const planted = await removeAndProve(node, dead, [await cadvisor(node)]);
  const living = await bystanders(node);

  const check = await harmless(node, () => run('--check', '-e', 'force=when_proved'));
  expect(check.code, troubleOf(check)).toBe(3);
  expect(changesOf(check)).toContain('delete pod default/web-0: pending');
  expect(server.pods).toEqual(['default/web-0', 'default/web-1']);

  const never = await run();
  expect(never.code, troubleOf(never)).toBe(3);
  expect(changesOf(never).filter((each) => each.startsWith('docker rm')).length).toBe(2);
  expect(await bystanders(node)).toEqual(living);
  for (const { id } of planted.dead) expect((await listContainers(node)).has(id)).toBe(false);
  expect(server.pods).toEqual(['default/web-0', 'default/web-1']);

  const forced = await run('-e', 'force=when_proved');
  expect(forced.code, troubleOf(forced)).toBe(0);
  expect(changesOf(forced)).toEqual(['delete pod default/web-0: changed']);
  expect(server.pods).toEqual(['default/web-1']);
  const again = await harmless(node, () => run('-e', 'force=when_proved'));
  expect(again.code, troubleOf(again)).toBe(0);
  expect(changesOf(again)).toEqual([]);
  expect(await bystanders(node)).toEqual(living);
}

/** A service and cadvisor have the volume of a pod whose containers are gone; another pod still has one, in containerd, that runs. */
async function leaksVolume(server: RecordedApiServer, node: LabHost, run: Run): Promise<void> {
  const stuck = server.addPod('db-0', 'ctl');
  const runs = server.addPod('db-1', 'ctl');
  const volume = (pod: ApiObject) => `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/cache`;
  const id = 'c'.repeat(64);
  await node.must(`
    for dir in ${volume(stuck)} ${volume(runs)}; do mkdir -p $dir; mount -t tmpfs cache $dir; done
    docker save lab/busybox | ctr -n k8s.io image import - >/dev/null
    ctr -n k8s.io run -d --label io.kubernetes.pod.uid=${runs.metadata.uid} docker.io/lab/busybox:latest ${id} sleep 1d
  `);
  const [service, monitor] = [await privateService(node), await cadvisor(node)];
  await node.must(`umount ${volume(stuck)}`);
  const held = async (pod: ApiObject) =>
    Promise.all([service, monitor].map(async ({ table }) => (await node.must(table)).includes(pod.metadata.uid)));
  expect([await held(stuck), await held(runs)]).toEqual([
    [true, true],
    [true, true],
  ]);

  const ran = await run('-e', 'force=when_proved');
  expect(ran.code, troubleOf(ran)).toBe(5);
  expect([await held(stuck), await held(runs)], troubleOf(ran)).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(changesOf(ran).at(-1)).toBe('delete pod default/db-0: changed');
  expect(refusalsOf(ran)).toEqual([
    expect.stringMatching(/^pod default\/db-1 on node ctl: it still runs: container cccccccccccc lives/),
  ]);
  expect(server.pods).toEqual(['default/db-1']);
  expect(
    await node.must(
      `ctr -n k8s.io tasks ls | awk '$1 == "${id}" { print $3 }'; mountpoint -q ${volume(runs)} && echo kept`,
    ),
  ).toBe('RUNNING\nkept');
}

/** One pod still runs, one is held by something that may not be ended, one has a finalizer, one is on a node that is not Ready. */
async function stays(
  server: RecordedApiServer,
  node: LabHost,
  run: (...args: string[]) => Promise<UnbusyRun>,
): Promise<void> {
  await node.must('docker rm -f cadvisor');
  server.addNode('away', { ready: 'Unknown' });
  server.addPod('far-0', 'away');
  server.addPod('kept-0', 'old', ({ metadata }) => {
    metadata.finalizers = ['example.com/backup'];
  });
  await startPod(node, server.addPod('busy-0', 'old'));
  const held = await startPod(node, server.addPod('held-0', 'old'));
  const holder = await cadvisor(node);
  const copies = mountsOf(await node.must(holder.table), held);
  for (const container of held) await workInCopy(node, copies, container);
  await removeAndProve(node, held, [holder]);
  const living = await bystanders(node);
  const before = server.pods;

  const ran = await run('-e', 'force=when_proved');
  expect(ran.code, troubleOf(ran)).toBe(5);
  const left = refusalsOf(ran).filter((each) => each.startsWith('pod '));
  expect(left).toEqual([
    expect.stringMatching(/^pod default\/busy-0 on node old: it still runs: container k8s_(?:POD|web)_busy-0/),
    expect.stringMatching(/^pod default\/far-0 on node away: node away is not Ready/),
    expect.stringMatching(/^pod default\/kept-0 on node old: it has the finalizer example.com\/backup/),
  ]);
  const [pending] = tasksOf(ran).flatMap(({ changes }) => changes.filter(({ outcome }) => outcome === 'pending'));
  expect(pending).toMatchObject({ title: 'delete pod default/held-0', note: /^its node still has container k8s_/ });
  expect(server.pods).toEqual(before);
  expect(server.requests.filter((each) => each.startsWith('DELETE')).length).toBe(1);
  expect(await bystanders(node)).toEqual(living);
}
