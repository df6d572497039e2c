import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../../src/connection/connect.ts';
import { hashName } from '../../../src/connection/known-hosts.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { makeKeyPair, type SshServerOptions, SshTestServer } from '../../support/ssh-server.ts';

let bed: SshBed;
let server: SshTestServer;
const rsa = makeKeyPair('rsa');
const ed25519 = makeKeyPair('ed25519');

beforeEach(() => {
  bed = new SshBed();
  bed.configure();
});
afterEach(async () => {
  await server.close();
  bed.remove();
});

const start = async (options: SshServerOptions = {}) => {
  server = await SshTestServer.start({ authorized: [bed.key.public], ...options });
};

/** Opens a session once; gives the error's code, or `open`. */
async function attempt(options: Partial<ConnectOptions> = {}, name = 'web1'): Promise<string> {
  const target = bed.target(server, name);
  const connector = await bed.prepare([target], options);
  const opened = await connector.open(target);
  if (opened.ok) await opened.session.close();
  connector.close();
  return opened.ok ? 'open' : opened.error.code;
}
const address = () => `[127.0.0.1]:${server.port}`;
const lineOf = (pair: { public: string }, names = address()) =>
  `${names} ${pair.public.split(' ').slice(0, 2).join(' ')}\n`;

describe('a host key', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('of type %s that is known opens', async (type) => {
    await start({ hostKeys: [makeKeyPair(type)] });
    bed.trust(server);
    expect(await attempt()).toBe('open');
    expect(server.logins).toBe(1);
  });

  it('that is unknown is refused before any login', async () => {
    await start();
    expect(await attempt()).toBe('E_HOSTKEY_UNKNOWN');
    expect(server.logins).toBe(0);
    expect(readFileSync(bed.knownHostsFile, 'utf8')).toBe('');
  });

  it('that is hashed is found', async () => {
    await start();
    bed.write('known_hosts', server.knownHosts(hashName(address(), Buffer.from('12345678901234567890'))));
    expect(await attempt()).toBe('open');
    bed.write('known_hosts', server.knownHosts(hashName('[127.0.0.1]:1', Buffer.from('12345678901234567890'))));
    expect(await attempt()).toBe('E_HOSTKEY_UNKNOWN');
  });

  it('that changed is refused, also with accept-new, and the file stays as it is', async () => {
    await start({ hostKeys: [ed25519] });
    bed.write('known_hosts', lineOf(makeKeyPair()));
    const before = readFileSync(bed.knownHostsFile, 'utf8');
    expect(await attempt()).toBe('E_HOSTKEY_CHANGED');
    expect(await attempt({ hostKeys: 'accept-new' })).toBe('E_HOSTKEY_CHANGED');
    expect(readFileSync(bed.knownHostsFile, 'utf8')).toBe(before);
    expect(server.logins).toBe(0);
  });

  it('that is revoked is refused although it is known', async () => {
    await start();
    bed.write('known_hosts', `${server.knownHosts()}@revoked ${server.knownHosts('*')}`);
    expect(await attempt()).toBe('E_HOSTKEY_REVOKED');
    expect(server.logins).toBe(0);
  });

  it('of the known type is asked for where the server has several', async () => {
    await start({ hostKeys: [ed25519, rsa] });
    bed.write('known_hosts', lineOf(rsa));
    expect(await attempt()).toBe('open');
    expect(server.connections).toBe(1);
  });

  it('of a type that only a hashed line names is found by a second connection, and is no alarm', async () => {
    await start({ hostKeys: [ed25519, rsa] });
    const other = lineOf(makeKeyPair(), hashName('elsewhere', Buffer.from('b'))).repeat(2);
    bed.write('known_hosts', other + lineOf(rsa, hashName(address(), Buffer.from('a'))));
    expect(await attempt()).toBe('open');
    expect(server.connections).toBe(2);
  });

  it('of another type than the known one, which the server has no more, is a changed one', async () => {
    await start({ hostKeys: [ed25519] });
    bed.write('known_hosts', lineOf(rsa));
    expect(await attempt()).toBe('E_HOSTKEY_CHANGED');
    expect(await attempt({ hostKeys: 'accept-new' })).toBe('E_HOSTKEY_CHANGED');
  });

  it('under an alias is looked up by the alias', async () => {
    await start();
    bed.configure('Host 127.0.0.1\n  HostKeyAlias fleet-web1');
    bed.write('known_hosts', server.knownHosts('fleet-web1'));
    expect(await attempt()).toBe('open');
    bed.trust(server);
    expect(await attempt()).toBe('E_HOSTKEY_UNKNOWN');
  });
});

describe('accept-new', () => {
  it('writes an unknown key for the owner only, then knows it, in strict too', async () => {
    await start();
    bed.configure(`Host 127.0.0.1\n  UserKnownHostsFile ${bed.dir}/new/known_hosts`);
    expect(await attempt({ hostKeys: 'accept-new' })).toBe('open');
    const file = `${bed.dir}/new/known_hosts`;
    expect(readFileSync(file, 'utf8')).toBe(server.knownHosts());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(bed.notices).toHaveLength(1);
    expect(await attempt({ hostKeys: 'strict' })).toBe('open');
    expect(await attempt({ hostKeys: 'accept-new' })).toBe('open');
    expect(readFileSync(file, 'utf8')).toBe(server.knownHosts());
  });

  it('writes one line for many hosts at the same address', async () => {
    await start();
    const targets = Array.from({ length: 6 }, (_, index) => bed.target(server, `web${index}`));
    const connector = await bed.prepare(targets, { hostKeys: 'accept-new' });
    const opened = await Promise.all(targets.map((target) => connector.open(target)));
    expect(opened.map((each) => each.ok)).toEqual(targets.map(() => true));
    for (const each of opened) if (each.ok) await each.session.close();
    expect(readFileSync(bed.knownHostsFile, 'utf8')).toBe(server.knownHosts());
  });

  it('hashes names where HashKnownHosts says so, in a way that ssh-keygen reads', async () => {
    await start();
    bed.configure('Host *\n  HashKnownHosts yes');
    expect(await attempt({ hostKeys: 'accept-new' })).toBe('open');
    const text = readFileSync(bed.knownHostsFile, 'utf8');
    expect(text).toMatch(/^\|1\|/);
    expect(text).not.toContain('127.0.0.1');
    expect(await attempt()).toBe('open');
  });

  it('is taken from ssh_config unless the run says otherwise', async () => {
    await start();
    bed.configure('Host *\n  StrictHostKeyChecking accept-new');
    expect(await attempt({ hostKeys: 'strict' })).toBe('E_HOSTKEY_UNKNOWN');
    expect(await attempt()).toBe('open');
  });
});

describe('transport', () => {
  it('is OpenSSH where only an authority knows the host, and ours where its key is known too', async () => {
    await start();
    const authority = `@cert-authority * ${makeKeyPair().public.split(' ').slice(0, 2).join(' ')}\n`;
    const target = bed.target(server);
    bed.write('known_hosts', authority);
    expect((await bed.prepare([target])).explain(target)).toMatchObject({ transport: 'openssh' });
    bed.write('known_hosts', authority + server.knownHosts());
    expect((await bed.prepare([target])).explain(target)).toMatchObject({ transport: 'ssh' });
  });
});
