import type { LabHost } from '../host.ts';
import { BUSYBOX } from '../images.ts';
import { startContainer } from './containers.ts';
import { type Container, genuine } from './model.ts';

/** A container whose process waits for a file system that does not answer. */
export interface PlantedFrozen {
  readonly container: Container;
  /** The pid in state D, as the host counts. */
  readonly pid: number;
  readonly mountPoint: string;
  readonly device: string;
  /** Lets the file system answer again; the process ends or goes on. */
  undo(): Promise<void>;
}

/** A writer in state D that no signal ends: its volume, an ext4 on a loop device, is frozen under it. */
export async function plantFrozenWriter(host: LabHost): Promise<PlantedFrozen> {
  const mountPoint = '/srv/frozen';
  const image = host.diskImage('frozen');
  const device = await host.must(`
    truncate -s 16M ${image}
    mkfs.ext4 -q ${image}
    mkdir -p ${mountPoint}
    device=$(losetup --find --show ${image})
    mount $device ${mountPoint}
    echo $device
  `);
  await startContainer(host, 'web');
  const writer = `'while :; do echo line >>/data/log; sleep 0.05; done'`;
  const container = await startContainer(host, 'stuck', `-v ${mountPoint}:/data ${BUSYBOX} sh -c ${writer}`);
  await host.must(`fsfreeze --freeze ${mountPoint}`);
  const { pid } = container;
  await host.must(`until [ "$(awk '{ print $3 }' /proc/${pid}/stat)" = D ]; do sleep 0.1; done`);
  const killed = await host.sh(`kill -KILL ${pid}; sleep 0.5; awk '{ print $3 }' /proc/${pid}/stat`);
  genuine(killed.stdout.trim() === 'D', 'the writer could be killed', killed.stdout);
  return {
    container,
    pid,
    mountPoint,
    device,
    async undo() {
      await host.must(`fsfreeze --unfreeze ${mountPoint}`);
    },
  };
}
