import { type NamespaceWorld, openNamespaceWorld } from '../support/namespace-world.ts';
import type { ModuleBed } from './module-kit.ts';

const ALIVE = { name: 'alive', image: 'app:2', status: 'up', starts: [] } as const;
const POD = '0f1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const VOLUME = `/var/lib/kubelet/pods/${POD}/volumes/kubernetes.io~empty-dir/cache`;

const STOP = 'read -r p </run/holder; kill -9 "$p"; while readlink "/proc/$p/ns/mnt"; do sleep 0.02; done';

/** A host on which something was unmounted that an agent still has in a private copy. */
async function openHeld(sandbox: string, point: string, unmounts = true): Promise<NamespaceWorld> {
  const world = await openNamespaceWorld({ host: 'bed', containers: [ALIVE] }, sandbox);
  await world.run(`
    mkdir -p '${point}' && mount -t tmpfs volume '${point}'
    unshare --mount --propagation private sleep 1000 </dev/null >/dev/null 2>&1 &
    echo $! >/run/holder
    until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.02; done
    ${unmounts ? `umount '${point}'` : ':'}`);
  return world;
}

/** Beds of leaked_mounts. */
export const LEAK_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  leaked_mounts: [
    {
      name: 'a path that the host has unmounted',
      lay: () => ({ path: '/mnt/volume' }),
      disturb: (_sandbox, world) => world.run?.(STOP),
      callsHost: true,
      open: (sandbox) => openHeld(sandbox, '/mnt/volume'),
    },
    {
      name: 'a volume of a pod that has ended, by unmounts alone',
      lay: () => ({ pod: POD, release: ['unmount'], age: 0 }),
      disturb: (_sandbox, world) => world.run?.(STOP),
      callsHost: true,
      open: (sandbox) => openHeld(sandbox, VOLUME),
    },
    {
      name: 'a volume of a pod that has ended, by its directory',
      lay: () => ({ pod: POD, age: 0 }),
      disturb: (_sandbox, world) => world.run?.(`${STOP}; mount -t tmpfs other '${VOLUME}'`),
      callsHost: true,
      open: (sandbox) => openHeld(sandbox, VOLUME),
    },
    {
      name: "a container of Docker's, which is for another module",
      lay: () => ({ container: 'alive', age: 0 }),
      callsHost: true,
      open: (sandbox) => openHeld(sandbox, '/mnt/volume'),
    },
    {
      name: 'a container that nobody knows',
      lay: () => ({ container: 'nosuch-xyz', age: 0 }),
      callsHost: true,
      open: (sandbox) => openHeld(sandbox, '/mnt/volume'),
    },
    {
      name: 'a path that the host itself uses',
      lay: () => ({ path: '/mnt/volume' }),
      callsHost: true,
      open: (sandbox) => openHeld(sandbox, '/mnt/volume', false),
    },
  ],
};
