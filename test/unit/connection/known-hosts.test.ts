import { describe, expect, it } from 'vitest';
import { hashName, KnownHosts, knownHostsName } from '../../../src/connection/known-hosts.ts';

const index = (text: string) => {
  const known = new KnownHosts();
  known.addText(text, 'kh');
  return known;
};
const keys = (found: readonly { readonly key: string }[]) => found.map((known) => known.key);

describe('KnownHosts', () => {
  it('finds plain names, lists and ports, and nothing else', () => {
    const known = index('# comment\n\nweb1,10.0.0.5 ssh-ed25519 AAA1 me@x\n[web2]:2222 ssh-rsa AAA2\n');
    expect(keys(known.all('web1'))).toEqual(['AAA1']);
    expect(keys(known.all('10.0.0.5'))).toEqual(['AAA1']);
    expect(keys(known.all('[web2]:2222'))).toEqual(['AAA2']);
    expect(keys(known.all('web2'))).toEqual([]);
    expect(keys(known.all('web'))).toEqual([]);
  });

  it('matches wildcards and lets a negated pattern win', () => {
    const known = index('*.prod,!db?.prod ssh-ed25519 AAA1\n');
    expect(keys(known.all('web1.prod'))).toEqual(['AAA1']);
    expect(keys(known.all('WEB1.PROD'))).toEqual(['AAA1']);
    expect(keys(known.all('db1.prod'))).toEqual([]);
    expect(keys(known.all('db10.prod'))).toEqual(['AAA1']);
    expect(keys(known.all('web1xprod'))).toEqual([]);
  });

  it('finds hashed names by key and by walking', () => {
    const known = index(`${hashName('web1', Buffer.from('salt'))} ssh-ed25519 AAA1\n`);
    expect(keys(known.withKey('web1', 'AAA1'))).toEqual(['AAA1']);
    expect(keys(known.withKey('web1', 'AAA2'))).toEqual([]);
    expect(keys(known.withKey('web2', 'AAA1'))).toEqual([]);
    expect(keys(known.all('web1'))).toEqual(['AAA1']);
    expect(keys(known.all('web2'))).toEqual([]);
    expect(keys(known.named('web1'))).toEqual([]);
  });

  it('reads a hashed line as ssh-keygen -H wrote it', () => {
    const line =
      '|1|c37+UUtdho4zgw6JFrs6UNuLSmI=|WOM0TgtH9Da+LJ+nT4pw67jRInc= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFlU8NWIxZ53M9In61fQB4oXZyDsrUFTHOWHOtypwwOm';
    expect(index(line).all('web1')).toHaveLength(1);
    expect(index(line).all('web2')).toHaveLength(0);
  });

  it('keeps markers, file and line, and skips what it cannot read', () => {
    const known = index(
      '@revoked * ssh-rsa BAD\nbroken\n@unknown web1 ssh-rsa NO\nweb1 1024 35 1234\n@cert-authority *.x ssh-rsa CA\n',
    );
    expect(known.all('web1')).toEqual([{ marker: 'revoked', type: 'ssh-rsa', key: 'BAD', file: 'kh', line: 1 }]);
    expect(known.all('a.x').map((entry) => entry.marker)).toEqual(['revoked', 'cert-authority']);
  });

  it('sees what is added after a walk', () => {
    const known = index(`${hashName('a', Buffer.from('s'))} ssh-rsa K1\n`);
    expect(keys(known.all('b'))).toEqual([]);
    known.add(hashName('b', Buffer.from('t')), { type: 'ssh-rsa', key: 'K2', file: '', line: 0 });
    expect(keys(known.all('b'))).toEqual(['K2']);
  });

  it('orders the types of hashed lines by how frequent they are', () => {
    const line = (name: string, type: string) => `${hashName(name, Buffer.from(name))} ${type} K\n`;
    const known = index(line('a', 'ssh-rsa') + line('b', 'ssh-ed25519') + line('c', 'ssh-ed25519'));
    expect(known.hashedTypes()).toEqual(['ssh-ed25519', 'ssh-rsa']);
  });
});

describe('knownHostsName', () => {
  it('writes a port unless it is 22', () => {
    expect(knownHostsName('Web1', 22)).toBe('web1');
    expect(knownHostsName('web1', 2222)).toBe('[web1]:2222');
  });
});
