import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/connection/session.ts';
import { askDockerApi } from '../../../src/programs/docker-api.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { noSshd, Sshd } from '../../support/sshd.ts';
import { API_SERVER, type ApiMode, listening } from '../../support/stand-in-api.ts';

let bed: SshBed;
let socket: string;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  bed = new SshBed();
  bed.configure();
  socket = join(bed.dir, 'api.sock');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  bed.remove();
});

async function open(settings = ''): Promise<Session> {
  const sshd = await Sshd.start(bed, settings);
  closers.push(() => sshd.close());
  const target = bed.target(sshd, 'web1', { user: sshd.user });
  const connector = await bed.prepare([target]);
  closers.push(() => connector.close());
  const opened = await connector.open(target);
  if (!opened.ok) throw opened.error;
  closers.push(() => opened.session.close());
  return opened.session;
}

async function serve(mode: ApiMode): Promise<ChildProcess> {
  const server = spawn('perl', [API_SERVER, mode, socket], { stdio: 'ignore' });
  closers.push(() => {
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    return ended;
  });
  await listening(socket);
  return server;
}

/** Connects until the queue of the listener takes no more. */
async function fill(): Promise<number> {
  const clients: Socket[] = [];
  closers.push(() => {
    for (const client of clients) client.destroy();
  });
  for (;;) {
    const client = connect(socket);
    clients.push(client);
    const full = await new Promise<boolean>((resolve) => {
      client.once('connect', () => resolve(false));
      client.once('error', () => resolve(true));
    });
    if (full) return clients.length;
  }
}

const ask = (session: Session, paths: readonly string[] = ['/_ping', '/version']) =>
  askDockerApi(session, { socket, paths, deadlineMs: 1000, mostBytes: 10_000 });

describe.skipIf(noSshd !== undefined)(
  `a UNIX socket of a host, through OpenSSH's own server${noSshd === undefined ? '' : ` (skipped: ${noSshd})`}`,
  () => {
    it('is reached by forwarding, beside the calls of the session', async () => {
      await serve('answer');
      const session = await open();
      const program = { name: 'says', text: 'echo said; sleep 0.2' };
      const call = session.call({ program, args: [], output: 'raw' });
      const look = await ask(session);
      expect(look).toMatchObject({
        way: 'streamlocal',
        answers: [
          { kind: 'answered', body: 'OK' },
          { kind: 'answered', status: 200 },
        ],
      });
      expect(await call).toMatchObject({ kind: 'exited', stdout: 'said\n' });
    });

    it('is silent there as well', async () => {
      await serve('silent');
      expect(await ask(await open())).toEqual({
        kind: 'known',
        way: 'streamlocal',
        answers: [{ kind: 'silent', afterMs: 1000 }],
      });
    });

    it('is asked by a program where the server does not forward', async () => {
      await serve('answer');
      const session = await open('AllowStreamLocalForwarding no');
      expect(await session.dialSocket?.(socket, 1000)).toMatchObject({ ok: false });
      expect(await ask(session, ['/_ping'])).toMatchObject({
        way: 'perl',
        answers: [{ kind: 'answered', body: 'OK' }],
      });
    });

    it('is silent, and not refused, if so many wait already that no connection is taken any more', async () => {
      await serve('silent');
      expect(await fill()).toBeGreaterThan(60);
      const session = await open();
      expect(await session.dialSocket?.(socket, 1000)).toMatchObject({ ok: false });
      expect(await ask(session)).toMatchObject({ way: 'perl', answers: [{ kind: 'silent' }] });
    });

    it('is absent if there is none', async () => {
      expect(await ask(await open())).toMatchObject({ answers: [{ kind: 'absent' }] });
    });
  },
);
