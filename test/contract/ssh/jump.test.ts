import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshBed } from '../../support/ssh-bed.ts';
import { makeKeyPair, type SshServerOptions, SshTestServer } from '../../support/ssh-server.ts';

let bed: SshBed;
const servers: SshTestServer[] = [];

beforeEach(() => {
  bed = new SshBed();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  bed.remove();
});

async function start(options: SshServerOptions = {}): Promise<SshTestServer> {
  const server = await SshTestServer.start({ authorized: [bed.key.public], ...options });
  servers.push(server);
  bed.trust(...servers);
  return server;
}

const hostBlock = (alias: string, server: SshTestServer, jump = 'none') =>
  `Host ${alias}\n  HostName 127.0.0.1\n  Port ${server.port}\n  User deploy\n  ProxyJump ${jump}\n`;
const host = (name: string) => ({ name, identityFiles: [], transport: 'auto' as const });

async function attempt(name = 'web1'): Promise<string> {
  const target = host(name);
  const connector = await bed.prepare([target]);
  const opened = await connector.open(target);
  if (opened.ok) await opened.session.close();
  connector.close();
  return opened.ok ? 'open' : `${opened.error.code} ${opened.error.host} ${opened.error.message}`;
}

describe('a jump host', () => {
  it('gets one connection for twenty hosts behind it, which ends with the last of them', async () => {
    const bastion = await start();
    const inner = await start();
    bed.configure(hostBlock('bastion', bastion) + hostBlock('web*', inner, 'bastion'));
    const targets = Array.from({ length: 20 }, (_, index) => host(`web${index}`));
    const connector = await bed.prepare(targets);
    const opened = await Promise.all(targets.map((target) => connector.open(target)));
    expect(opened.filter((each) => !each.ok)).toEqual([]);
    expect([bastion.connections, inner.connections]).toEqual([1, 20]);
    for (const each of opened) {
      if (each.ok)
        expect(
          (
            await each.session.call({
              program: { name: 't', text: 'main() { printf "a\\tb\\n"; printf "end\\t1\\n"; }\nmain "$@"\n' },
              args: [],
            })
          ).kind,
        ).toBe('exited');
    }
    for (const each of opened) if (each.ok) await each.session.close();
    connector.close();
    await sleep(50);
    expect(bastion.open).toBe(0);
    expect(inner.open).toBe(0);
  });

  it('is not used by a host that has none', async () => {
    const bastion = await start();
    const inner = await start();
    bed.configure(hostBlock('bastion', bastion) + hostBlock('web1', inner));
    expect(await attempt()).toBe('open');
    expect(bastion.connections).toBe(0);
  });

  it('may be behind another one', async () => {
    const [outer, middle, inner] = [await start(), await start(), await start()];
    bed.configure(hostBlock('outer', outer) + hostBlock('middle', middle) + hostBlock('web1', inner, 'outer,middle'));
    expect(await attempt()).toBe('open');
    expect([outer.logins, middle.logins, inner.logins]).toEqual([1, 1, 1]);
  });

  it('must be known itself, and is dialled once for all who wait', async () => {
    const bastion = await start();
    const inner = await start();
    bed.configure(hostBlock('bastion', bastion) + hostBlock('web*', inner, 'bastion'));
    bed.trust(inner);
    const targets = [host('web1'), host('web2'), host('web3')];
    const connector = await bed.prepare(targets);
    for (const opened of await Promise.all(targets.map((target) => connector.open(target)))) {
      expect(opened).toMatchObject({ ok: false, error: { code: 'E_HOSTKEY_UNKNOWN', data: { jump: 'bastion' } } });
    }
    connector.close();
    expect([bastion.connections, inner.connections]).toEqual([1, 0]);
  });

  it('that refuses us, or to forward, or cannot reach the host, is named', async () => {
    const closed = await start({ authorized: [makeKeyPair().public] });
    const strict = await start({ forwarding: false });
    const bastion = await start();
    const gone = await start();
    await gone.close();
    servers.splice(servers.indexOf(gone), 1);
    const inner = await start();
    bed.configure(
      hostBlock('closed', closed) +
        hostBlock('strict', strict) +
        hostBlock('bastion', bastion) +
        hostBlock('web1', inner, 'closed') +
        hostBlock('web2', inner, 'strict') +
        hostBlock('web3', gone, 'bastion') +
        hostBlock('web4', inner, 'bastion'),
    );
    expect(await attempt('web1')).toMatch(/^E_AUTH web1 Jump host: closed/);
    expect(await attempt('web2')).toMatch(/^E_CONNECT_JUMP web2 The jump host strict/);
    expect(await attempt('web3')).toMatch(/^E_CONNECT_JUMP web3 The jump host bastion/);
    expect(await attempt('web4')).toBe('open');
  });

  it('that is lost takes the hosts behind it along, and a later host dials it anew', async () => {
    const bastion = await start();
    const inner = await start();
    bed.configure(hostBlock('bastion', bastion) + hostBlock('web*', inner, 'bastion'));
    const targets = [host('web1'), host('web2')];
    const connector = await bed.prepare(targets);
    const first = await connector.open(host('web1'));
    if (!first.ok) throw first.error;
    const call = first.session.call({ program: { name: 't', text: 'sleep 60\n' }, args: [] });
    await sleep(100);
    bastion.cut();
    expect(await call).toMatchObject({ kind: 'lost' });
    const second = await connector.open(host('web2'));
    expect(second.ok).toBe(true);
    if (second.ok) await second.session.close();
    await first.session.close();
    connector.close();
    expect(bastion.connections).toBe(2);
  });
});
