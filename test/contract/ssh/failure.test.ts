import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../../src/connection/connect.ts';
import type { UnbusyError } from '../../../src/core/errors.ts';
import type { HostTarget } from '../../../src/core/target.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { type SshServerOptions, SshTestServer } from '../../support/ssh-server.ts';

let bed: SshBed;
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  bed = new SshBed();
  bed.configure();
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  bed.remove();
});

async function start(options: SshServerOptions = {}): Promise<SshTestServer> {
  const server = await SshTestServer.start({ authorized: [bed.key.public], ...options });
  closers.push(() => server.close());
  bed.trust(server);
  return server;
}

/** A TCP server that is no SSH server. */
async function startTcp(onSocket: (socket: Socket) => void): Promise<{ port: number }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port };
}

async function attempt(
  server: { port: number },
  options: Partial<ConnectOptions> = {},
  more: Partial<HostTarget> = {},
  signal?: AbortSignal,
): Promise<'open' | UnbusyError> {
  const target = bed.target(server, 'web1', more);
  const connector = await bed.prepare([target], options);
  const opened = await connector.open(target, signal);
  if (opened.ok) await opened.session.close();
  connector.close();
  return opened.ok ? 'open' : opened.error;
}

describe('a server that sheds', () => {
  it('is asked again until it lets us in', async () => {
    const server = await start({ shedFirst: 3 });
    expect(await attempt(server)).toBe('open');
    expect(server.connections).toBe(4);
  });

  it('is named with its last words when it never does', async () => {
    const server = await start({ shedFirst: 1000, shedWords: 'Exceeded MaxStartups\r\n' });
    const clock = { now: () => 0, sleep: async () => {} };
    expect(await attempt(server, { clock })).toMatchObject({
      code: 'E_CONNECT_SHED',
      message: expect.stringContaining('"Exceeded MaxStartups"'),
      data: { tries: server.connections },
    });
    expect(server.connections).toBeGreaterThan(3);
    expect(server.logins).toBe(0);
  });

  it('never sees more than eight handshakes at once after it shed, and serves everybody', async () => {
    const server = await start({ mostUnfinished: 4 });
    const targets = Array.from({ length: 40 }, (_, index) => bed.target(server, `web${index}`));
    const connector = await bed.prepare(targets);
    const opened = await Promise.all(targets.map((target) => connector.open(target)));
    expect(opened.filter((each) => !each.ok)).toEqual([]);
    for (const each of opened) if (each.ok) await each.session.close();
    connector.close();
    expect(server.shed).toBeGreaterThan(0);
    expect(server.mostUnfinishedSeen).toBeLessThanOrEqual(8);
    expect(server.logins).toBe(40);
  });

  it('that sheds nothing gets more and more at once', async () => {
    const server = await start({ loginMs: 50 });
    const targets = Array.from({ length: 40 }, (_, index) => bed.target(server, `web${index}`));
    const connector = await bed.prepare(targets);
    const opened = await Promise.all(targets.map((target) => connector.open(target)));
    for (const each of opened) if (each.ok) await each.session.close();
    connector.close();
    expect(server.mostUnfinishedSeen).toBeGreaterThan(8);
    expect(server.shed).toBe(0);
    expect(server.connections).toBe(40);
  });
});

describe('a connection', () => {
  it('to a server that says nothing ends with the deadline', async () => {
    const server = await start({ silent: true });
    expect(await attempt(server, { connectDeadlineMs: 300 })).toMatchObject({
      code: 'E_CONNECT_TIMEOUT',
      data: { phase: 'banner' },
    });
    expect(await attempt(await start(), { connectDeadlineMs: 5000 })).toBe('open');
  });

  it('to a server that stops in the middle of the handshake ends with the deadline', async () => {
    const server = await startTcp((socket) => socket.write('SSH-2.0-stuck\r\n'));
    expect(await attempt(server, { connectDeadlineMs: 300 })).toMatchObject({
      code: 'E_CONNECT_TIMEOUT',
      data: { phase: 'key-exchange' },
    });
  });

  it('to a port where nobody listens is refused', async () => {
    const server = await startTcp(() => {});
    const { port } = server;
    await closers.pop()?.();
    expect(await attempt({ port })).toMatchObject({
      code: 'E_CONNECT_TCP',
      message: expect.stringContaining(`127.0.0.1:${port}: connection refused`),
    });
  });

  it('to a name that does not exist says that it does not resolve', async () => {
    const server = await start();
    expect(await attempt(server, {}, { address: 'nobody.invalid' })).toMatchObject({
      code: 'E_CONNECT_DNS',
      message: expect.stringContaining('nobody.invalid'),
    });
    expect(await attempt(server, {}, { address: 'localhost' })).toMatchObject({ code: 'E_HOSTKEY_UNKNOWN' });
  });

  it.each([
    ['answers as a web server does', 'HTTP/1.1 400 Bad Request\r\n\r\n', true],
    ['talks as a mail server does', '220 mail ESMTP\r\n', false],
  ])('to a server that %s is told apart from ssh', async (_name, words, hangsUp) => {
    const server = await startTcp((socket) => {
      socket.once('data', () => {
        socket.write(words);
        if (hangsUp) socket.end();
      });
    });
    expect(await attempt(server, { connectDeadlineMs: 500 })).toMatchObject({
      code: 'E_CONNECT_PROTOCOL',
      message: expect.stringContaining(words.trim()),
    });
  });

  it('that is cut in the middle of the handshake is a lost one', async () => {
    const server = await startTcp((socket) => {
      socket.write('SSH-2.0-short\r\n');
      socket.once('data', () => socket.end());
    });
    expect(await attempt(server)).toMatchObject({ code: 'E_CONNECT_TCP' });
  });

  it('is given up when the run is interrupted', async () => {
    const server = await start({ silent: true });
    const abort = new AbortController();
    const attempted = attempt(server, {}, {}, abort.signal);
    setTimeout(() => abort.abort(), 100);
    expect(await attempted).toMatchObject({ code: 'E_INTERRUPTED', host: 'web1' });
    expect(await attempt(server, {}, {}, AbortSignal.abort())).toMatchObject({ code: 'E_INTERRUPTED' });
  });
});
