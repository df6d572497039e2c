import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshConfig } from '../../../src/connection/ssh-config.ts';
import { localIdentity } from '../../../src/connection/ssh-config-output.ts';
import { SshBed } from '../../support/ssh-bed.ts';

let bed: SshBed;
beforeEach(() => {
  bed = new SshBed();
});
afterEach(() => bed.remove());

const local = localIdentity({ PATH: process.env.PATH, HOME: '/nowhere' });
const config = (text: string, sshBinary?: string) => {
  const configFile = bed.write('config', text);
  return new SshConfig({ local, configFile, ...(sshBinary === undefined ? {} : { sshBinary }) });
};
const ask = (...aliases: string[]) => aliases.map((alias) => ({ alias }));

/** What ssh itself says, one process for this alias. */
function sshSays(alias: string, keyword: string): string | undefined {
  const output = execFileSync('ssh', ['-G', '-T', '-F', `${bed.dir}/config`, '--', alias], { encoding: 'utf8' });
  return new RegExp(`^${keyword} (.*)$`, 'm').exec(output)?.[1];
}

const GROUPED = `
Host web-*
  HostName %h.prod.example
  UserKnownHostsFile ${'~'}/kh/%k
  User deploy
Host db1 db2 db3
  User postgres
Host special
  Port 2222
Host *
  IdentityFile ~/.ssh/%n
`;

describe('SshConfig', () => {
  it('asks two of a group and derives the others, as ssh would answer them', async () => {
    const aliases = [
      ...Array.from({ length: 100 }, (_, index) => `web-${index}`),
      ...Array.from({ length: 50 }, (_, index) => `plain${index}.lan`),
      ...Array.from({ length: 50 }, (_, index) => `10.0.0.${index}`),
      'db1',
      'db2',
      'db3',
      'special',
    ];
    const asked = config(GROUPED);
    const resolved = await asked.resolve(ask(...aliases));
    expect(resolved.map((each) => each.alias)).toEqual(aliases);
    expect(asked.started).toBeLessThanOrEqual(7);
    for (const alias of ['web-0', 'web-7', 'web-42', 'plain3.lan', '10.0.0.9', 'db1', 'special']) {
      const one = resolved[aliases.indexOf(alias)];
      expect(one?.hostname).toBe(sshSays(alias, 'hostname'));
      expect(one?.user).toBe(sshSays(alias, 'user'));
      expect(String(one?.port)).toBe(sshSays(alias, 'port'));
      expect(one?.userKnownHostsFiles.join(' ')).toBe(sshSays(alias, 'userknownhostsfile'));
      expect(one?.identityFiles).toEqual([`${local.home}/.ssh/${alias}`]);
    }
  });

  it('asks two of a group ahead, and these not again', async () => {
    const aliases = Array.from({ length: 20 }, (_, index) => `plain${index}.lan`);
    const asked = config('Host *\n  HostName %h.example\n');
    asked.askAhead(ask(...aliases));
    expect(asked.started).toBe(2);
    const resolved = await asked.resolve(ask(...aliases));
    expect(asked.started).toBe(2);
    expect(resolved.map((each) => each.hostname)).toEqual(aliases.map((alias) => `${alias}.example`));
  });

  it('asks nothing ahead where hosts differ, or where a line runs a command', async () => {
    const grouped = config(GROUPED);
    grouped.askAhead(ask('web-1', 'db1', 'special'));
    const running = config(`Match exec "touch ${bed.dir}/ran"\n  User other\n`);
    running.askAhead(ask('web1'));
    expect([grouped.started, running.started]).toEqual([0, 0]);
    await running.resolve(ask('web1'));
    expect([running.started, existsSync(`${bed.dir}/ran`)]).toEqual([1, true]);
  });

  it('tells trouble of what it asked ahead when it is really asked', async () => {
    const asked = config('Host *\n  NoSuchKeyword yes\n');
    asked.askAhead(ask('web1'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect(asked.resolve(ask('web1'))).rejects.toMatchObject({ code: 'E_SSH_CONFIG' });
    expect(asked.started).toBe(1);
  });

  it('asks one by one where the first answer does not explain the second', async () => {
    const asked = config('Host *\n  UserKnownHostsFile /kh/%C\n');
    const aliases = ['web1', 'web2', 'web3', 'web4'];
    const resolved = await asked.resolve(ask(...aliases));
    expect(asked.started).toBe(4);
    for (const [index, alias] of aliases.entries()) {
      expect(resolved[index]?.userKnownHostsFiles.join(' ')).toBe(sshSays(alias, 'userknownhostsfile'));
    }
  });

  it('is not misled by a user who is named as a host', async () => {
    const asked = config('Host *\n  User web10\n');
    const resolved = await asked.resolve(ask('web10', 'web11', 'web12'));
    expect(resolved.map((each) => each.user)).toEqual(['web10', 'web10', 'web10']);
  });

  it('runs Match exec for each host, as ssh does', async () => {
    const asked = config('Match exec "test %n = web2"\n  User chosen\nHost *\n  User other\n');
    const resolved = await asked.resolve(ask('web1', 'web2', 'web3'));
    expect(resolved.map((each) => each.user)).toEqual(['other', 'chosen', 'other']);
    expect(asked.started).toBe(3);
  });

  it('tells names in capitals apart, as Host does', async () => {
    const asked = config('Host web1\n  User small\nHost WEB*\n  User big\nHost *\n  User none\n');
    const aliases = ['web1', 'WEB1', 'Web1'];
    const resolved = await asked.resolve(ask(...aliases));
    expect(resolved.map((each) => each.user)).toEqual(['small', 'big', 'none']);
    expect(resolved.map((each) => each.user)).toEqual(aliases.map((alias) => sshSays(alias, 'user')));
  });

  it('gives the user and the port of the inventory to ssh, which puts them into tokens', async () => {
    const asked = config('Match user bob\n  Port 77\nHost *\n  IdentityAgent /a/%r-%p\n');
    const [bob, eve] = await asked.resolve([
      { alias: 'web1', user: 'bob' },
      { alias: 'web1', user: 'eve', port: 99 },
    ]);
    expect([bob?.port, bob?.identityAgent]).toEqual([77, '/a/bob-77']);
    expect([eve?.port, eve?.identityAgent]).toEqual([99, '/a/eve-99']);
  });

  it('asks for an alias once, whoever names it', async () => {
    const asked = config('');
    await asked.resolve(ask('web1', 'web1'));
    await asked.resolve(ask('web1'));
    expect(asked.started).toBe(1);
  });

  it("stops with ssh's own words at a mistake", async () => {
    await expect(config('Host *\n  Frobnicate yes\n').resolve(ask('web1'))).rejects.toMatchObject({
      code: 'E_SSH_CONFIG',
      message: expect.stringMatching(/line 2: Bad configuration option: frobnicate/i),
      hint: expect.stringMatching(/^Run `ssh -G -F '\/.+' web1` and/),
    });
    await expect(config('').resolve(ask('-oProxyCommand=x'))).rejects.toMatchObject({ code: 'E_SSH_CONFIG' });
  });

  it('takes defaults where there is no ssh at all', async () => {
    const asked = config('Host *\n  User ignored\n', '/nowhere/ssh');
    const [web1] = await asked.resolve([{ alias: 'Web1', port: 2222 }]);
    expect(web1).toMatchObject({
      hostname: 'web1',
      port: 2222,
      user: local.user,
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `${local.home}/.ssh/${name}`),
      userKnownHostsFiles: [`${local.home}/.ssh/known_hosts`],
      globalKnownHostsFiles: ['/etc/ssh/ssh_known_hosts'],
      proxyJump: [],
    });
  });
});
