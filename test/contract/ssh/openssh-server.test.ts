import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../../src/connection/connect.ts';
import type { HostTarget } from '../../../src/core/target.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { makeKeyPair } from '../../support/ssh-server.ts';
import { noSshd, Sshd } from '../../support/sshd.ts';

let bed: SshBed;
const closers: (() => Promise<void>)[] = [];

beforeEach(() => {
  bed = new SshBed();
  bed.configure();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  bed.remove();
});

async function start(settings = '', keyTypes?: readonly string[]): Promise<Sshd> {
  const sshd = await Sshd.start(bed, settings, keyTypes);
  closers.push(() => sshd.close());
  return sshd;
}

async function openAll(targets: readonly HostTarget[], options: Partial<ConnectOptions> = {}): Promise<string[]> {
  const connector = await bed.prepare(targets, options);
  const opened = await Promise.all(targets.map((target) => connector.open(target)));
  for (const each of opened) if (each.ok) await each.session.close();
  connector.close();
  return opened.map((each) => (each.ok ? 'open' : `${each.error.code}: ${each.error.message}`));
}

/** What the server says first; the connection stays open for a while. */
function firstWords(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    closers.push(async () => void socket.destroy());
    socket.once('data', (data) => resolve(data.toString()));
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(''));
  });
}

const many = (sshd: Sshd, count: number) =>
  Array.from({ length: count }, (_, index) => bed.target(sshd, `web${index}`, { user: sshd.user }));

/** An ssh-agent with these private keys. */
async function startAgent(...keys: readonly string[]): Promise<string> {
  const socket = `${bed.dir}/agent`;
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  closers.push(async () => {
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGTERM');
    await ended;
  });
  for (let tries = 0; tries < 50; tries++) {
    try {
      for (const [index, key] of keys.entries()) {
        execFileSync('ssh-add', ['-q', bed.write(`agent-key-${index}`, key)], {
          env: { SSH_AUTH_SOCK: socket },
          stdio: 'ignore',
        });
      }
      return socket;
    } catch {
      await sleep(20);
    }
  }
  throw new Error('ssh-agent did not come up');
}

describe.skipIf(noSshd !== undefined)(
  `OpenSSH's own server${noSshd === undefined ? '' : ` (skipped: ${noSshd})`}`,
  () => {
    it.each([['ed25519'], ['ecdsa'], ['rsa']])('with a host key of type %s lets us in', async (type) => {
      const sshd = await start('', [type]);
      expect(await openAll(many(sshd, 1))).toEqual(['open']);
    });

    it.each([
      ['KexAlgorithms curve25519-sha256'],
      ['KexAlgorithms diffie-hellman-group14-sha256'],
      ['KexAlgorithms diffie-hellman-group-exchange-sha256'],
      ['Ciphers chacha20-poly1305@openssh.com'],
      ['Ciphers aes256-ctr\nMACs hmac-sha2-512-etm@openssh.com'],
    ])('with only %s lets us in', async (settings) => {
      const sshd = await start(settings);
      // Primes of thousands of bits take their time where other tests run beside this one.
      expect(await openAll(many(sshd, 1), { connectDeadlineMs: 50_000 })).toEqual(['open']);
    });

    it('lets fifty in at once although it sheds from ten unfinished logins on', async () => {
      const sshd = await start('MaxStartups 10:30:100');
      expect(await openAll(many(sshd, 50))).toEqual(Array.from({ length: 50 }, () => 'open'));
    });

    it('hears from us at once when it has told its host keys, before its session runs', async () => {
      const sshd = await start('LogLevel DEBUG3', ['ed25519', 'ecdsa']);
      for (const logins of [1, 2]) {
        expect(await openAll(many(sshd, 1))).toEqual(['open']);
        const steps = sshd.log().match(/Received SSH2_MSG_IGNORE|Starting session: command/g);
        expect(steps).toEqual(Array(logins).fill(['Received SSH2_MSG_IGNORE', 'Starting session: command']).flat());
      }
    });

    it('does shed, if fifty come without waiting for each other', async () => {
      const sshd = await start('MaxStartups 10:30:100');
      const said = await Promise.all(Array.from({ length: 50 }, () => firstWords(sshd.port)));
      expect(said.filter((words) => !words.startsWith('SSH-')).length).toBeGreaterThan(0);
    });

    it('lets forty in although it takes two at a time', async () => {
      const sshd = await start('MaxStartups 2:100:3');
      expect(await openAll(many(sshd, 40))).toEqual(Array.from({ length: 40 }, () => 'open'));
    });

    it('lets twenty in through itself as a jump host, by one connection', async () => {
      const bastion = await start();
      const inner = await start('MaxStartups 10:30:100');
      bed.configure(
        `Host bastion\n  HostName 127.0.0.1\n  Port ${bastion.port}\n  User ${bastion.user}\nHost 127.0.0.1\n  ProxyJump bastion`,
      );
      expect(await openAll(many(inner, 20))).toEqual(Array.from({ length: 20 }, () => 'open'));
    });

    it('is reached through OpenSSH if it has no algorithm in common with us', async () => {
      const sshd = await start('KexAlgorithms sntrup761x25519-sha512@openssh.com');
      const [target] = many(sshd, 1);
      if (target === undefined) return;
      const connector = await bed.prepare([target]);
      const opened = await connector.open(target);
      expect(opened.ok ? opened.session.transport : opened.error).toBe('openssh');
      if (opened.ok) await opened.session.close();
      expect(await openAll([{ ...target, transport: 'ssh' }])).toEqual([
        expect.stringMatching(/^E_CONNECT_PROTOCOL: /),
      ]);
    });

    it('is reached through OpenSSH by the certificate of its key, and not by our own client', async () => {
      const sshd = await start('', ['ed25519']);
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${bed.dir}/ca`]);
      const dir = `${bed.dir}/sshd-${sshd.port}`;
      execFileSync('ssh-keygen', [
        '-q',
        '-s',
        `${bed.dir}/ca`,
        '-I',
        'x',
        '-h',
        '-n',
        '127.0.0.1',
        `${dir}/ed25519.pub`,
      ]);
      await sshd.close();
      const certified = await start(`HostCertificate ${dir}/ed25519-cert.pub\nHostKey ${dir}/ed25519`, []);
      bed.write('known_hosts', `@cert-authority * ${readFileSync(`${bed.dir}/ca.pub`, 'utf8')}`);
      const [target] = many(certified, 1);
      if (target === undefined) return;
      const connector = await bed.prepare([target]);
      const opened = await connector.open(target);
      expect(opened.ok ? opened.session.transport : opened.error).toBe('openssh');
      if (opened.ok) await opened.session.close();
      bed.write('known_hosts', '');
      expect(await openAll([target])).toEqual([expect.stringMatching(/^E_HOSTKEY_UNKNOWN: /)]);
    });

    it.each(['ed25519', 'ecdsa', 'rsa'] as const)('takes a key of type %s at the first try', async (type) => {
      const pair = makeKeyPair(type);
      const sshd = await start(`AuthorizedKeysFile ${bed.write('own.pub', pair.public)}\nMaxAuthTries 1`);
      const identityFiles = [bed.write('own', pair.private)];
      const target = bed.target(sshd, 'web1', { user: sshd.user, identityFiles, transport: 'ssh' });
      expect(await openAll([target])).toEqual(['open']);
    });

    it('refuses a key that it does not know, and is not asked for shell or password', async () => {
      const sshd = await start();
      const identityFiles = [bed.write('wrong', makeKeyPair().private)];
      const [said] = await openAll([bed.target(sshd, 'web1', { user: sshd.user, identityFiles })]);
      expect(said).toMatch(/^E_AUTH: .*wrong/);
    });

    it('takes a key from an agent, which comes first if a key file names it', async () => {
      const sshd = await start();
      const others = Array.from({ length: 7 }, () => makeKeyPair().private);
      const socket = await startAgent(...others, bed.key.private);
      const environment = { PATH: process.env.PATH, SSH_AUTH_SOCK: socket };
      bed.write('id.pub', bed.key.public);
      bed.write('id', makeKeyPair('ed25519', 'secret').private.replace(/[\s\S]*/, 'not readable as a key'));
      const [target] = many(sshd, 1);
      if (target === undefined) return;
      const connector = await bed.prepare([target], { environment });
      expect(connector.explain(target).keys).toHaveLength(6);
      connector.close();
      expect(await openAll([target], { environment })).toEqual(['open']);
      expect(await openAll([target], { environment: { PATH: process.env.PATH } })).toEqual([
        expect.stringMatching(/^E_AUTH: .*no key to offer|^E_.*/),
      ]);
    });

    it('is told apart when it ends the login after too many keys', async () => {
      const sshd = await start('MaxAuthTries 2');
      const identityFiles = Array.from({ length: 4 }, (_, index) => bed.write(`k${index}`, makeKeyPair().private));
      const [said] = await openAll([bed.target(sshd, 'web1', { user: sshd.user, identityFiles })]);
      expect(said).toMatch(/^E_AUTH: /);
    });
  },
);
