import { connect } from 'node:net';
import { spawnChannel } from './child-process.ts';
import type { Channel, Dialled, Link } from './link.ts';

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
    dialSocket,
    close: () => {
      for (const channel of open) channel.destroy();
    },
  };
}

/** A connect to a socket whose queue is full waits in the kernel; Node then waits with it, without blocking. */
function dialSocket(path: string, deadlineMs: number): Promise<Dialled> {
  return new Promise((resolve) => {
    const stream = connect(path);
    const timer = setTimeout(() => fail('no connection in time'), deadlineMs);
    const fail = (why: string) => {
      clearTimeout(timer);
      stream.destroy();
      resolve({ ok: false, why });
    };
    stream.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    stream.once('connect', () => {
      clearTimeout(timer);
      resolve({ ok: true, stream });
    });
  });
}
