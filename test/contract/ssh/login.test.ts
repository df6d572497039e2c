import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectOptions } from '../../../src/connection/connect.ts';
import type { UnbusyError } from '../../../src/core/errors.ts';
import type { HostTarget } from '../../../src/core/target.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { makeKeyPair, type SshServerOptions, SshTestServer } from '../../support/ssh-server.ts';

let bed: SshBed;
let server: SshTestServer;

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
  bed.trust(server);
};

async function attempt(
  target: Partial<HostTarget> = {},
  options: Partial<ConnectOptions> = {},
): Promise<'open' | UnbusyError> {
  const host = bed.target(server, 'web1', target);
  const connector = await bed.prepare([host], options);
  const opened = await connector.open(host);
  if (opened.ok) await opened.session.close();
  connector.close();
  return opened.ok ? 'open' : opened.error;
}

describe('a login', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('with a key of type %s works', async (type) => {
    const pair = makeKeyPair(type);
    await start({ authorized: [pair.public] });
    expect(await attempt({ identityFiles: [bed.write('own', pair.private)] })).toBe('open');
    expect([server.logins, server.keyQuestions]).toEqual([1, type === 'rsa' ? 1 : 0]);
  });

  it('with a wrong key says which keys were refused, and for whom', async () => {
    await start({ authorized: [makeKeyPair().public] });
    expect(await attempt()).toMatchObject({
      code: 'E_AUTH',
      host: 'web1',
      message: expect.stringContaining(bed.keyFile),
      data: { user: 'deploy', offered: [bed.keyFile], accepts: ['publickey'] },
    });
  });

  it('tries the second key when the first is refused', async () => {
    await start();
    const wrong = bed.write('wrong', makeKeyPair().private);
    expect(await attempt({ identityFiles: [wrong, bed.keyFile] })).toBe('open');
    expect(server.keyQuestions).toBe(0);
    expect(await attempt({ identityFiles: [wrong] })).toMatchObject({ code: 'E_AUTH' });
  });

  it('without any key says so, and what the server takes', async () => {
    await start();
    bed.configure('Host *\n  IdentityFile none');
    rmSync(bed.keyFile);
    expect(await attempt()).toMatchObject({ code: 'E_AUTH', data: { offered: [], accepts: ['publickey'] } });
  });

  it('that wants a second method says that the key was right', async () => {
    await start({ wantsMore: true });
    expect(await attempt()).toMatchObject({
      code: 'E_AUTH',
      message: expect.stringContaining('also wants keyboard-interactive'),
    });
  });

  it('works with an encrypted key and its passphrase, which is asked once for many hosts', async () => {
    const pair = makeKeyPair('ed25519', 'secret');
    await start({ authorized: [pair.public] });
    const identityFiles = [bed.write('locked', pair.private)];
    const targets = ['web1', 'web2', 'web3'].map((name) => bed.target(server, name, { identityFiles }));
    const asked: string[] = [];
    const connector = await bed.prepare(targets, {
      askPassphrase: async (path) => {
        asked.push(path);
        return 'secret';
      },
    });
    const opened = await Promise.all(targets.map((target) => connector.open(target)));
    expect(opened.map((each) => each.ok)).toEqual([true, true, true]);
    for (const each of opened) if (each.ok) await each.session.close();
    expect(asked).toEqual(identityFiles);
  });

  it('stops before the run at a wrong passphrase', async () => {
    const pair = makeKeyPair('ed25519', 'secret');
    await start({ authorized: [pair.public] });
    const identityFiles = [bed.write('locked', pair.private)];
    await expect(attempt({ identityFiles }, { askPassphrase: async () => 'wrong' })).rejects.toMatchObject({
      code: 'E_KEY_FILE',
    });
    expect(server.connections).toBe(0);
  });

  it('takes user and key from ssh_config, and the inventory before it', async () => {
    await start();
    bed.configure(`Host 127.0.0.1\n  User fromconfig\n  IdentityFile ${bed.keyFile}`);
    const host = bed.target(server);
    const { user: _user, ...withoutUser } = host;
    const connector = await bed.prepare([withoutUser]);
    expect(connector.explain(withoutUser)).toMatchObject({ user: 'fromconfig', keys: [bed.keyFile] });
    expect((await bed.prepare([host])).explain(host)).toMatchObject({ user: 'deploy' });
  });
});
