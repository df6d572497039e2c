import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiObject, RecordedApiServer } from '../support/recorded-api-server.ts';
import { bystanders } from './bystanders.ts';
import { debianProgram } from './debian-program.ts';
import { describeLab } from './describe-lab.ts';
import { listContainers, startContainer } from './faults/containers.ts';
import { cadvisor } from './faults/holders.ts';
import { removeAndProve } from './faults/leak.ts';
import type { Container } from './faults/model.ts';
import { mountsOf } from './faults/mounts.ts';
import type { LabHost } from './host.ts';
import { BUSYBOX } from './images.ts';
import { source } from './paths.ts';
import { harmless, refusalsOf } from './sweep-steps.ts';
import { changesOf, tasksOf, troubleOf, Unbusy, type UnbusyRun } from './unbusy.ts';

const PLAYBOOK = join(source('../..'), 'playbooks/terminating-pods.yml');
const KUBECONFIG = '/root/cluster.json';

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

describeLab('pods in Terminating (recorded API server)', { ctl: {}, old: { legacyRmdir: true } }, (hosts) => {
  test('go once nothing of them is left on their node, and stay as long as something is', async () => {
    const kubectl = await debianProgram('kubectl');
    if (!kubectl.ok) throw new Error(kubectl.why);
    const { ctl, old } = hosts;
    const address = old.access.address.replace(/\d+$/, '1');
    // An hour later than the deletion times of the recording, whatever the clocks of machine and hosts say.
    const now = () => new Date('2026-11-21T09:00:00Z');
    const server = await new RecordedApiServer({ version: 'v1.20', now, address }).start();
    try {
      await ctl.must('cat >/usr/local/bin/kubectl; chmod 755 /usr/local/bin/kubectl', {
        input: readFileSync(kubectl.path),
      });
      await ctl.must(`umask 077; cat >${KUBECONFIG}`, { input: server.kubeconfig() });
      server.addNode('old', { bootId: await old.must('cat /proc/sys/kernel/random/boot_id') });
      const run = (...args: readonly string[]): Promise<UnbusyRun> =>
        unbusy.playbook([ctl, old], PLAYBOOK, ['-e', `kubeconfig=${KUBECONFIG}`, '-e', 'wait=0', ...args], {
          groups: { control: [ctl], nodes: [old] },
        });

      const stuck = server.addPod('web-0', 'old');
      const lives = server.addPod('web-1', 'old', ({ metadata }) => delete metadata.deletionTimestamp);
      const dead = await startPod(old, stuck);
      await startPod(old, lives);
      const planted = await removeAndProve(old, dead, [await cadvisor(old)]);
      const living = await bystanders(old);

      const check = await harmless(old, () => run('--check', '-e', 'force=when_proved'));
      expect(check.code, troubleOf(check)).toBe(3);
      expect(changesOf(check)).toContain('delete pod default/web-0: pending');
      expect(server.pods).toEqual(['default/web-0', 'default/web-1']);

      const never = await run();
      expect(never.code, troubleOf(never)).toBe(3);
      expect(changesOf(never).filter((each) => each.startsWith('docker rm')).length).toBe(2);
      expect(await bystanders(old)).toEqual(living);
      for (const { id } of planted.dead) expect((await listContainers(old)).has(id)).toBe(false);
      expect(server.pods).toEqual(['default/web-0', 'default/web-1']);

      const forced = await run('-e', 'force=when_proved');
      expect(forced.code, troubleOf(forced)).toBe(0);
      expect(changesOf(forced)).toEqual(['delete pod default/web-0: changed']);
      expect(server.pods).toEqual(['default/web-1']);
      const again = await harmless(old, () => run('-e', 'force=when_proved'));
      expect(again.code, troubleOf(again)).toBe(0);
      expect(changesOf(again)).toEqual([]);
      expect(await bystanders(old)).toEqual(living);

      await stays(server, old, run);
      expect(server.strange).toEqual([]);
      expect(await ctl.must('ls -A /')).not.toContain('.kube');
    } finally {
      await server.stop();
    }
  });
});

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
