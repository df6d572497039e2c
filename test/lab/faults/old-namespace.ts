import type { LabHost } from '../host.ts';
import { BUSYBOX } from '../images.ts';
import { restartDocker, startContainer } from './containers.ts';
import { removeAndProve } from './leak.ts';
import { genuine, type Holder, type PlantedLeak } from './model.ts';
import { namespaceOf } from './mounts.ts';

/**
 * MountFlags= splits dockerd from the host, live-restore lets containers outlive it: after a restart dockerd is in
 * a new namespace, and the shims of older containers are left in the old one, with all of its mounts.
 */
export async function plantOldNamespaceShims(host: LabHost): Promise<PlantedLeak> {
  needSplitDaemon(host);
  const survivor = await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  await restartDocker(host);
  return removeAndProve(host, [app], [await shimOf(host, survivor.pid)]);
}

/**
 * The same, and the old namespace shares its mounts with a container that was started `rshared`: an unmount in
 * either of them reaches the other. Needs `mountFlags: 'shared'`.
 */
export async function plantSharedPeers(host: LabHost): Promise<PlantedLeak> {
  needSplitDaemon(host);
  genuine(host.options.mountFlags === 'shared', `${host.name} needs mountFlags: 'shared'`);
  const survivor = await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  const { pid } = await startContainer(host, 'storage-agent', `-v /var/lib/docker:/host-docker:rshared ${BUSYBOX}`);
  const namespace = await namespaceOf(host, pid);
  const peer: Holder = {
    kind: 'container',
    name: 'storage-agent',
    pid,
    namespace,
    table: `cat /proc/${pid}/mountinfo`,
  };
  await restartDocker(host);
  const planted = await removeAndProve(host, [app], [await shimOf(host, survivor.pid), peer]);
  await provePeers(host, planted);
  return planted;
}

function needSplitDaemon(host: LabHost): void {
  const { topology, liveRestore, mountFlags, legacyRmdir } = host.options;
  const splits = topology === 'child' && liveRestore && mountFlags !== undefined && legacyRmdir;
  genuine(splits === true, `${host.name} needs topology: 'child', liveRestore, mountFlags and legacyRmdir`);
}

async function shimOf(host: LabHost, containerPid: number): Promise<Holder> {
  const pid = Number(await host.must(`awk '{ print $4 }' /proc/${containerPid}/stat`));
  const name = await host.must(`cat /proc/${pid}/comm`);
  genuine(name.startsWith('containerd-shim'), 'the parent of a container is no shim', name);
  const namespace = await namespaceOf(host, pid);
  const daemon = await namespaceOf(host, '$(systemctl show --property MainPID --value docker.service)');
  genuine(namespace !== daemon, 'the shim and dockerd are in the same namespace');
  return { kind: 'shim', name, pid, namespace, table: `cat /proc/${pid}/mountinfo` };
}

async function provePeers(host: LabHost, planted: PlantedLeak): Promise<void> {
  const [app] = planted.dead;
  const groups = await Promise.all(
    planted.holders.map(async (holder) => {
      const line = (await host.must(holder.table)).split('\n').find((row) => app && row.includes(app.mountId));
      return /shared:\d+/.exec(line ?? '')?.[0];
    }),
  );
  genuine(groups[0] !== undefined && groups.every((group) => group === groups[0]), 'the holders are no peers', groups);
}
