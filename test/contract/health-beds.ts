import { openNamespaceWorld } from '../support/namespace-world.ts';
import { playDaemon } from '../support/stand-in-api.ts';
import type { ModuleBed } from './module-kit.ts';

/** Beds of dockerd_health. */
export const HEALTH_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  dockerd_health: [
    {
      name: 'no daemon',
      lay: () => ({}),
      callsHost: true,
      open: async (sandbox) => {
        const world = await openNamespaceWorld({ host: 'bed', containers: [] }, sandbox);
        await world.run('umount /run/docker.sock && rm /run/docker.sock');
        return world;
      },
    },
    {
      name: 'a daemon that answers',
      lay: () => ({}),
      callsHost: true,
      open: async (sandbox) => {
        const world = await openNamespaceWorld({ host: 'bed', containers: [] }, sandbox);
        await world.run(playDaemon('answer', '/run/api.sock'));
        return world;
      },
    },
    {
      name: 'a daemon without an API for goroutines, which is to write them down',
      lay: () => ({ write_stacks: true }),
      // Another one under the same name: nobody looked at it.
      disturb: (_sandbox, world) =>
        world.run?.(`kill -9 "$(basename "$(dirname "$(grep -lx dockerd /proc/[0-9]*/comm)")")"; rm /run/api.sock
          ${playDaemon('old', '/run/api.sock')}`),
      callsHost: true,
      open: async (sandbox) => {
        const world = await openNamespaceWorld({ host: 'bed', containers: [] }, sandbox);
        await world.run(playDaemon('old', '/run/api.sock'));
        return world;
      },
    },
  ],
};
