import type { LabHost } from '../host.ts';
import { BUSYBOX } from '../images.ts';
import { listContainers, removeContainers, startContainer } from './containers.ts';
import { cadvisor } from './holders.ts';
import { genuine, type Holder, type PlantedLeak } from './model.ts';
import { hostTable, mountsHeld, mountsOf, namespaceOf } from './mounts.ts';

/**
 * A storage agent (`rshared`) bound the roots of two containers below /srv on the host, a monitor holds one of them
 * privately, and that one is removed: it stays listed, on the host and in the agent at once. `live` is the other's bind.
 */
export async function plantSharedHolder(
  host: LabHost,
): Promise<{ readonly planted: PlantedLeak; readonly live: string }> {
  genuine(host.options.legacyRmdir === true, `${host.name} has no legacy rmdir rule`);
  const web = await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  const monitor = await cadvisor(host);
  await host.must('mkdir -p /srv/app /srv/web');
  const { pid } = await startContainer(host, 'storage-agent', `--privileged -v /:/host:rshared ${BUSYBOX}`);
  await host.must(`
    docker exec storage-agent mount --bind /host${app.merged} /host/srv/app
    docker exec storage-agent mount --bind /host${web.merged} /host/srv/web
  `);
  const removal = (await removeContainers(host, [app.id])).get(app.id) ?? { code: -1, error: 'no answer' };
  const status = (await listContainers(host)).get(app.id);
  genuine(removal.error.includes('device or resource busy'), 'docker rm was not busy', removal.error);
  genuine(status !== undefined, 'docker does not list it any more');
  genuine(mountsOf(await hostTable(host), [app]).includes('/srv/app'), 'the host does not share the mount');
  const agent: Holder = {
    kind: 'container',
    name: 'storage-agent',
    pid,
    namespace: await namespaceOf(host, pid),
    table: `cat /proc/${pid}/mountinfo`,
  };
  const init: Holder = { ...agent, kind: 'service', name: 'host', pid: 1, table: 'cat /proc/1/mountinfo' };
  const holders = await Promise.all(
    [monitor, agent, init].map(async (holder) => ({ ...holder, mounts: await mountsHeld(host, holder, [app]) })),
  );
  for (const { name, mounts } of holders) genuine(mounts.length > 0, `${name} does not hold it`);
  return { planted: { dead: [{ ...app, removal, status }], holders }, live: '/srv/web' };
}
