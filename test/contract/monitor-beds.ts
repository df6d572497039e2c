import { demoId } from '../../src/demo/scenes.ts';
import { type NamespaceWorld, openNamespaceWorld } from '../support/namespace-world.ts';
import type { ModuleBed } from './module-kit.ts';

const ALIVE = { name: 'alive', image: 'app:2', status: 'up', starts: [] } as const;
const DEAD = { name: 'old', image: 'app:1', status: 'dead', starts: ['cadvisor'] } as const;

/** Waits for the process that plays the monitor, and lets the stand-in for docker list it as a container like `alive`. */
export const registerMonitor = (host: string, alive: string): string => `
  until p=$(grep -lx cadvisor /proc/[0-9]*/comm) && [ -n "$p" ]; do sleep 0.02; done
  pid=\${p%/comm} pid=\${pid#/proc/}
  sed -e 's/${demoId(host, alive)}/${demoId(host, 'monitor')}/g' -e 's/${demoId(host, alive, 'layer')}/none/g' \\
    -e 's|"/${alive}"|"/cadvisor"|; s|"${alive}"|"cadvisor"|' -e "s/^\\(.State.Pid\\t\\).*/\\1$pid/" \\
    /run/stand-in/${demoId(host, alive)} >/run/monitor
  mv /run/monitor /run/stand-in/${demoId(host, 'monitor')}`;

/** Ends the process that plays the monitor, and waits until it is gone. */
export const STOP_MONITOR = `p=$(grep -lx cadvisor /proc/[0-9]*/comm 2>/dev/null); [ -n "$p" ] && kill -9 "$(basename "$(dirname "$p")")"
  while [ -e "$p" ]; do sleep 0.02; done`;

/** A host where a monitor has private copies: of a dead container's root, or, if it was started anew, of a living one's. */
export async function openMonitor(sandbox: string, holds: 'dead' | 'alive'): Promise<NamespaceWorld> {
  const world = await openNamespaceWorld({ host: 'bed', containers: [ALIVE, DEAD] }, sandbox);
  if (holds === 'alive') {
    await world.run(`${STOP_MONITOR}
      unshare --mount --propagation private cadvisor </dev/null >/dev/null 2>&1 &`);
  }
  await world.run(registerMonitor('bed', 'alive'));
  return world;
}

/** Beds of monitor_release. */
export const MONITOR_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  monitor_release: [
    {
      name: 'a copy of what is dead',
      lay: () => ({}),
      disturb: (_sandbox, world) => world.run?.(STOP_MONITOR),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'dead'),
    },
    {
      name: 'a copy of what lives, asked for',
      lay: () => ({ live_copies: true }),
      disturb: (_sandbox, world) => world.run?.(STOP_MONITOR),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'alive'),
    },
    {
      name: 'a copy of what lives',
      lay: () => ({}),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'alive'),
    },
    {
      name: 'no monitor',
      lay: () => ({ names: ['other'], images: [] }),
      callsHost: true,
      open: (sandbox) => openMonitor(sandbox, 'dead'),
    },
  ],
};
