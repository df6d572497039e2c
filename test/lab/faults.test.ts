import { expect, test } from 'vitest';
import { bystanders } from './bystanders.ts';
import { describeLab } from './describe-lab.ts';
import { listContainers, removeContainers, restartDocker } from './faults/containers.ts';
import { freezeDockerd } from './faults/daemon.ts';
import { plantFrozenWriter } from './faults/frozen.ts';
import { cadvisor, nodeExporter } from './faults/holders.ts';
import {
  plantLeak,
  plantMany,
  plantMonitors,
  plantPinnedNamespace,
  plantPrivateService,
  plantScratchAgent,
  plantStrayThread,
  startUnderHolders,
} from './faults/leak.ts';
import { plantBusyDevice, plantLeftoverBind, plantSharedBind } from './faults/leftover.ts';
import type { HolderOfDead, PlantedLeak } from './faults/model.ts';
import { mountsHeld } from './faults/mounts.ts';
import { plantImmutableFile, plantOpenDirectory } from './faults/not-a-leak.ts';
import { plantOldNamespaceShims, plantSharedPeers } from './faults/old-namespace.ts';
import type { LabHost } from './host.ts';

const split = { topology: 'child', legacyRmdir: true, liveRestore: true } as const;

/** Lets go of what a holder has, by hand, deepest first: what unbusy is to do by itself. */
async function release(host: LabHost, { name, pid, tid, mounts }: HolderOfDead): Promise<void> {
  const deepest = [...mounts].sort((a, b) => b.split('/').length - a.split('/').length);
  const file = pid === undefined ? name : `/proc/${pid}/task/${tid ?? pid}/ns/mnt`;
  // Inside, umount reads /proc/self/mountinfo of the holder's own /proc, so it needs a process id there.
  const enter = pid === undefined ? '' : `nsenter --target ${pid} --pid`;
  await host.must(deepest.map((point) => `${enter} umount --namespace ${file} ${point}`).join('\n'));
}

/** Only the planted holders keep the containers: once they let go, plain `docker rm` works. */
async function expectOnlyCause(host: LabHost, { dead, holders }: PlantedLeak): Promise<void> {
  const living = await bystanders(host);
  expect(living.map(({ name }) => name)).toContain('web');
  for (const holder of holders) await release(host, holder);
  for (const { id } of dead) await host.must(`docker rm ${id}`);
  const listed = await listContainers(host);
  for (const { id } of dead) expect(listed.has(id)).toBe(false);
  expect(await bystanders(host)).toEqual(living);
}

describeLab(
  'the faults',
  {
    old: { topology: 'own-service', legacyRmdir: true },
    older: { topology: 'child', legacyRmdir: true, liveRestore: true },
    slave: { ...split, mountFlags: 'slave' },
    shared: { ...split, mountFlags: 'shared' },
    plain: {},
  },
  (hosts) => {
    test('old-namespace shims hold a container', async () => {
      await hosts.slave.fresh(async (host) => expectOnlyCause(host, await plantOldNamespaceShims(host)));
    });

    test('an old namespace and a container share their mounts', async () => {
      await hosts.shared.fresh(async (host) => {
        const planted = await plantSharedPeers(host);
        const [shim, peer] = planted.holders;
        if (!shim || !peer) throw new Error('two holders expected');
        await release(host, shim);
        expect(await mountsHeld(host, peer, planted.dead)).toEqual([]);
      });
    });

    test('monitors hold a container, cadvisor at three places', async () => {
      await hosts.old.fresh(async (host) => {
        const planted = await plantMonitors(host);
        expect(planted.holders.map(({ name, mounts }) => [name, mounts.length])).toEqual([
          ['cadvisor', 3],
          ['node-exporter', 1],
        ]);
        expect(planted.dead[0]?.status).toBe('Removal In Progress');
        await expectOnlyCause(host, planted);
      });
    });

    test('after a restart of dockerd the container is listed as Dead, and still held', async () => {
      await hosts.older.fresh(async (host) => {
        const { dead, holders } = await plantMonitors(host);
        await restartDocker(host);
        const listed = await listContainers(host);
        expect(dead.map(({ id }) => listed.get(id))).toEqual(['Dead']);
        for (const holder of holders) expect(await mountsHeld(host, holder, dead)).toEqual(holder.mounts);
      });
    });

    test('without a holder the same removal works, legacy rule or not', async () => {
      for (const host of [hosts.old, hosts.plain]) {
        await host.fresh(async () => {
          const { containers } = await startUnderHolders(host, ['app'], []);
          const removals = await removeContainers(
            host,
            containers.map(({ id }) => id),
          );
          expect([...removals.values()]).toEqual([{ code: 0, error: '' }]);
        });
      }
    });

    test('without the legacy rule monitors do not stop a removal, and keep nothing', async () => {
      await hosts.plain.fresh(async (host) => {
        const { containers, holders } = await startUnderHolders(host, ['app'], [cadvisor, nodeExporter]);
        for (const holder of holders) expect(await mountsHeld(host, holder, containers)).not.toEqual([]);
        const removals = await removeContainers(
          host,
          containers.map(({ id }) => id),
        );
        expect([...removals.values()]).toEqual([{ code: 0, error: '' }]);
        for (const holder of holders) expect(await mountsHeld(host, holder, containers)).toEqual([]);
        await expect(plantMonitors(host)).rejects.toThrow('no legacy rmdir rule');
      });
    });

    test('a holder that holds nothing is found out', async () => {
      await hosts.older.fresh(async (host) => {
        const innocent = async () => ({ ...(await cadvisor(host)), table: 'cat /proc/1/mountinfo' });
        await expect(plantLeak(host, ['app'], [innocent])).rejects.toThrow('holds too little');
      });
    });

    test.each([
      ['an agent from a scratch image', plantScratchAgent, 'old'],
      ['a service with a private namespace', plantPrivateService, 'older'],
      ['a thread with its own namespace', plantStrayThread, 'old'],
      ['a namespace without a process', plantPinnedNamespace, 'older'],
    ] as const)('%s holds a container', async (_, plant, on) => {
      await hosts[on].fresh(async (host) => expectOnlyCause(host, await plant(host)));
    });

    test('twenty dead containers under three holders', async () => {
      await hosts.older.fresh(async (host) => {
        const { dead, holders } = await plantMany(host);
        expect(dead.length).toBe(20);
        expect(holders.map(({ mounts }) => mounts.length)).toEqual([60, 20, 20]);
      });
    });

    test('a removed container is still mounted in a container that was given its root', async () => {
      await hosts.plain.fresh(async (host) => {
        const { holders, hostMounts } = await plantLeftoverBind(host);
        expect(holders.map(({ mounts }) => mounts)).toEqual([['/inspected']]);
        expect(hostMounts).toEqual([]);
      });
    });

    test('a removed container is still mounted, shared between host and agent', async () => {
      await hosts.plain.fresh(async (host) => {
        const { live, hostMounts } = await plantSharedBind(host);
        expect(hostMounts).toEqual(['/srv/app']);
        expect(await host.must(`grep -c ' ${live} ' /proc/1/mountinfo`)).toBe('1');
        await host.must('docker exec storage-agent umount /host/srv/app');
        expect((await host.sh(`grep -c ' /srv/app ' /proc/1/mountinfo`)).stdout.trim()).toBe('0');
      });
    });

    test('a device stays busy after the unmount, until the monitor lets go', async () => {
      await hosts.plain.fresh(async (host) => {
        const { holders, image } = await plantBusyDevice(host);
        for (const holder of holders) await release(host, holder);
        expect(await host.must('losetup --list')).not.toContain(image);
      });
    });

    test('dockerd does not answer, and answers again', async () => {
      await hosts.plain.fresh(async (host) => {
        const { undo } = await freezeDockerd(host);
        await undo();
        expect((await host.sh('timeout 10 docker ps')).code).toBe(0);
      });
    });

    test('a writer in state D cannot be killed until the file system answers', async () => {
      await hosts.plain.fresh(async (host) => {
        const { pid, undo } = await plantFrozenWriter(host);
        await undo();
        await host.must(`for i in $(seq 100); do [ -e /proc/${pid} ] || exit 0; sleep 0.1; done; exit 1`);
      });
    });

    test('a host is taken down with a writer in state D on it', async () => {
      await hosts.plain.fresh(async (host) => {
        await plantFrozenWriter(host);
        await host.reset();
        expect(await host.must(`losetup --list --noheadings | grep -c ${host.diskImage('')} || :`)).toBe('0');
      });
    });

    test('an immutable file stops a removal without any mount', async () => {
      await hosts.plain.fresh(async (host) => {
        const { dead, file } = await plantImmutableFile(host);
        await host.must(`chattr -i ${file}; docker rm ${dead.id}`);
      });
    });

    test('an open directory keeps a file system that no table lists', async () => {
      await hosts.plain.fresh(async (host) => {
        const { removed, pid } = await plantOpenDirectory(host);
        expect((await host.sh(`cat /proc/[0-9]*/mountinfo | grep -c ${removed.mountId}`)).stdout.trim()).toBe('0');
        expect((await host.sh(`ls /proc/${pid}/cwd/bin/busybox`)).code).toBe(0);
      });
    });
  },
);
