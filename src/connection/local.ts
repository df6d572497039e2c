import { spawnChannel } from './child-process.ts';
import type { Channel, Link } from './link.ts';

/** The controller itself as a host: for cron and timers on the host, and for tests. Closing it ends what it started. */
export function openLocalLink(host: string): Link {
  const open = new Set<Channel>();
  return {
    host,
    transport: 'local',
    open: async (commandLine) => {
      const channel = await spawnChannel(['/bin/sh', '-c', commandLine]);
      open.add(channel);
      channel.onEnd(() => open.delete(channel));
      return { ok: true, channel };
    },
    close: () => {
      for (const channel of open) channel.destroy();
    },
  };
}
