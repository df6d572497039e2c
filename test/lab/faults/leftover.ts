import type { LabHost } from '../host.ts';
import { BUSYBOX } from '../images.ts';
import { listContainers, removeContainers, startContainer } from './containers.ts';
import { cadvisor } from './holders.ts';
import { type Container, genuine, type Holder, type HolderOfDead } from './model.ts';
import { hostTable, mountsHeld, mountsOf, namespaceOf } from './mounts.ts';

/** A container that Docker removed and forgot, with its file system still mounted elsewhere. */
export interface PlantedLeftover {
  readonly removed: Container;
  readonly holders: readonly HolderOfDead[];
  /** Where process 1 has it. */
  readonly hostMounts: readonly string[];
}

/** A container that was given another one's root as a volume keeps it mounted; on any kernel `docker rm` succeeds. */
export async function plantLeftoverBind(host: LabHost): Promise<PlantedLeftover> {
  await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  const { pid } = await startContainer(host, 'inspector', `-v ${app.merged}:/inspected:ro ${BUSYBOX}`);
  const holder = await containerHolder(host, 'inspector', pid);
  return removeAndForget(host, app, [holder]);
}

/**
 * A storage agent (`rshared`) bound a container's root, and a living one's, below /srv on the host: the same two
 * mounts are seen by host and agent, and an unmount on one side is an unmount on both.
 */
export async function plantSharedBind(host: LabHost): Promise<PlantedLeftover & { readonly live: string }> {
  const web = await startContainer(host, 'web');
  const app = await startContainer(host, 'app');
  await host.must('mkdir -p /srv/app /srv/web');
  const { pid } = await startContainer(host, 'storage-agent', `--privileged -v /:/host:rshared ${BUSYBOX}`);
  await host.must(`
    docker exec storage-agent mount --bind /host${app.merged} /host/srv/app
    docker exec storage-agent mount --bind /host${web.merged} /host/srv/web
  `);
  const planted = await removeAndForget(host, app, [await containerHolder(host, 'storage-agent', pid)]);
  genuine(planted.hostMounts.includes('/srv/app'), 'the host does not share the mount', planted.hostMounts);
  return { ...planted, live: '/srv/web' };
}

/** A block device that the host has unmounted and cannot give back. */
export interface PlantedDevice {
  /** Such as /dev/loop0. */
  readonly device: string;
  /** `7:0`, as the third field of mountinfo. */
  readonly majorMinor: string;
  readonly image: string;
  readonly holders: readonly HolderOfDead[];
}

/** A monitor holds a volume's file system after the host's unmount: the device stays busy on every kernel. */
export async function plantBusyDevice(host: LabHost): Promise<PlantedDevice> {
  const image = host.diskImage('volume');
  const device = await host.must(`
    truncate -s 16M ${image}
    mkfs.ext4 -q ${image}
    mkdir -p /srv/volume
    device=$(losetup --find --show ${image})
    mount $device /srv/volume
    echo $device
  `);
  const majorMinor = await host.must(`awk '$5 == "/srv/volume" { print $3 }' /proc/self/mountinfo`);
  await startContainer(host, 'web');
  const holder = await cadvisor(host);
  await host.must(`umount /srv/volume; losetup --detach ${device}`);
  const held = (await host.must(holder.table)).split('\n').filter((line) => line.split(' ')[2] === majorMinor);
  genuine(held.length > 0, 'the monitor does not have the volume');
  genuine((await host.must('losetup --list')).includes(image), 'the device was given back');
  return { device, majorMinor, image, holders: [{ ...holder, mounts: held.map((line) => line.split(' ')[4] ?? '') }] };
}

async function containerHolder(host: LabHost, name: string, pid: number): Promise<Holder> {
  return { kind: 'container', name, pid, namespace: await namespaceOf(host, pid), table: `cat /proc/${pid}/mountinfo` };
}

async function removeAndForget(host: LabHost, app: Container, holders: readonly Holder[]): Promise<PlantedLeftover> {
  const removal = (await removeContainers(host, [app.id])).get(app.id);
  genuine(removal?.code === 0, 'docker rm failed', removal?.error);
  genuine(!(await listContainers(host)).has(app.id), 'docker still lists it');
  const proved = await Promise.all(
    holders.map(async (holder) => ({ ...holder, mounts: await mountsHeld(host, holder, [app]) })),
  );
  for (const holder of proved) genuine(holder.mounts.length > 0, `${holder.name} does not hold it`);
  return { removed: app, holders: proved, hostMounts: mountsOf(await hostTable(host), [app]) };
}
