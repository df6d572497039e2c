import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { coalesceWrites } from '../../../src/connection/coalesce-writes.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** How often the socket hands something to the kernel, and what arrives. */
async function send(prepare: (socket: Socket) => void, parts: readonly string[]) {
  let arrived = '';
  const server = createServer((peer) => peer.on('data', (chunk) => (arrived += chunk)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(server);
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  open.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  const handle = (socket as unknown as { _handle: Record<string, (...args: unknown[]) => number> })._handle;
  let calls = 0;
  for (const name of ['writeBuffer', 'writev', 'writeLatin1String', 'writeUtf8String']) {
    const native = handle[name]?.bind(handle);
    if (native === undefined) throw new Error(`a socket has no ${name} any more`);
    handle[name] = (...args) => {
      calls += 1;
      return native(...args);
    };
  }
  prepare(socket);
  for (const part of parts) socket.write(Buffer.from(part));
  await new Promise<void>((resolve) => socket.write(Buffer.from('last'), () => resolve()));
  const wanted = `${parts.join('')}last`;
  while (arrived.length < wanted.length) await new Promise((resolve) => setTimeout(resolve, 5));
  return { calls, arrived };
}

describe('coalesceWrites', () => {
  const parts = ['length', 'body', 'mac', 'length', 'body', 'mac'];

  it('hands what is written in one turn to the kernel at once, in order', async () => {
    const { calls, arrived } = await send(coalesceWrites, parts);
    expect(arrived).toBe(`${parts.join('')}last`);
    expect(calls).toBe(1);
  });

  it('is needed: a plain socket sends each part alone or waits for the one before', async () => {
    const { calls } = await send(() => undefined, parts);
    expect(calls).toBeGreaterThan(1);
  });
});
