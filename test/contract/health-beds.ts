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
      name: 'a daemon that is silent',
      lay: () => ({ deadline: '1s' }),
      callsHost: true,
      open: async (sandbox) => {
        const world = await openNamespaceWorld({ host: 'bed', containers: [] }, sandbox);
        await world.run(playDaemon('silent', '/run/api.sock'));
        return world;
      },
    },
  ],
};
