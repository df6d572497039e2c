import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoId } from '../../src/demo/scenes.ts';
import { KUBECTL } from '../support/kubectl.ts';
import { openNamespaceWorld } from '../support/namespace-world.ts';
import { RecordedApiServer } from '../support/recorded-api-server.ts';
import { ShellHost } from '../support/shell-host.ts';
import { shellKinds } from '../support/shells.ts';
import type { KitWorld, ModuleBed } from './module-kit.ts';

const UID = '0a1b2c3d-0000-4000-8000-000000000001';

/** A control host with a real kubectl, beside a recorded API server with one pod that should be gone. */
async function openControl(sandbox: string): Promise<KitWorld & { readonly server: RecordedApiServer }> {
  const server = await new RecordedApiServer({ now: () => new Date('2026-11-21T09:00:00Z') }).start();
  server.addNode('n1');
  server.addPod('stuck', 'n1');
  writeFileSync(join(sandbox, 'kubeconfig'), server.kubeconfig());
  const [shell] = shellKinds();
  if (shell === undefined) throw new Error('no shell');
  return { session: new ShellHost(shell), picture: () => server.pods, close: () => server.stop(), server };
}

const access = (sandbox: string) => ({ kubectl: KUBECTL, kubeconfig: join(sandbox, 'kubeconfig'), wait: 0 });
const told = (verdict: string) => [
  { node: 'n1', pods: [{ uid: UID, namespace: 'default', name: 'stuck', verdict, alive: false, what: [] }] },
];

const terminating: readonly ModuleBed[] = [
  {
    name: 'a pod of which nothing is left',
    lay: (sandbox) => ({ ...access(sandbox), remains: told('gone'), force: 'when_proved' }),
    disturb: (_sandbox, world) => {
      const { server } = world as Awaited<ReturnType<typeof openControl>>;
      server.change('default/stuck', (pod) => {
        pod.metadata.finalizers = ['example.com/late'];
      });
    },
    callsHost: true,
    open: openControl,
  },
  {
    name: 'a pod that is only listed',
    lay: access,
    callsHost: true,
    open: openControl,
  },
];

const DEAD = { name: 'k8s_web', image: 'app:1', status: 'dead', starts: ['keeper'] } as const;

/** What a control host would have told of a node that is this machine. */
const look = (uid: string) => {
  const id = demoId('bed', 'k8s_web');
  const node = { name: 'n1', boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), machine_id: '' };
  return {
    looks: [
      {
        nodes: [{ ...node, runtime: 'docker://19.3.13' }],
        pods: [{ namespace: 'default', name: 'web', uid, node: 'n1', containers: [id] }],
      },
    ],
    node: 'n1',
  };
};

const remains: readonly ModuleBed[] = [
  {
    name: 'a host that is no node',
    lay: () => ({ looks: [{ nodes: [], pods: [] }] }),
    callsHost: false,
  },
  {
    name: 'a node whose dead container is held',
    lay: () => look(UID),
    callsHost: true,
    open: (sandbox) => openNamespaceWorld({ host: 'bed', containers: [DEAD] }, sandbox),
  },
];

/** Beds of what has to do with Kubernetes; without a kubectl the control host has none, which has been said. */
export const KUBERNETES_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  k8s_pod_remains: remains,
  k8s_terminating_pods: KUBECTL === undefined ? [] : terminating,
};
