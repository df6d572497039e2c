import type { Socket } from 'node:net';

/**
 * Sends what is written in one turn of the event loop together. ssh2 writes a packet in three parts; with TCP_NODELAY
 * each would travel, and wake the server, alone.
 */
export function coalesceWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let corked = false;
  const uncork = () => {
    corked = false;
    socket.uncork();
  };
  socket.write = (...args: unknown[]) => {
    if (!corked) {
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    }
    return write(...args);
  };
}
