import { describe, expect, it } from 'vitest';
import { checkHostKey, type HostKeyRules } from '../../../src/connection/host-key-check.ts';
import {
  expectedTypes,
  fingerprint,
  isKnownByAuthorityOnly,
  judgeHostKey,
  knownHostsLine,
} from '../../../src/connection/host-keys.ts';
import { hashName, KnownHosts } from '../../../src/connection/known-hosts.ts';

/** A key of that type whose body is a word; enough for comparing. */
function blobOf(type: string, word: string): Buffer {
  const field = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  return Buffer.concat([field(type), field(word)]);
}

const ED = blobOf('ssh-ed25519', 'one');
const ED2 = blobOf('ssh-ed25519', 'two');
const RSA = blobOf('ssh-rsa', 'one');
const line = (name: string, blob: Buffer, marker = '') =>
  `${marker}${name} ${blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))} ${blob.toString('base64')}\n`;
const hashed = (name: string) => hashName(name, Buffer.from(name));

const web1 = { hostname: 'web1', port: 22 };
const judge = (text: string, blob: Buffer, owner: Parameters<typeof judgeHostKey>[1] = web1) => {
  const known = new KnownHosts();
  known.addText(text, 'kh');
  return judgeHostKey(known, owner, blob).kind;
};

describe('judgeHostKey', () => {
  it.each([
    ['plain', line('web1', ED), 'known'],
    ['hashed', line(hashed('web1'), ED), 'known'],
    ['wildcard', line('web*', ED), 'known'],
    ['another name', line('web2', ED), 'unknown'],
    ['hashed another name', line(hashed('web2'), ED), 'unknown'],
    ['nothing', '', 'unknown'],
    ['another key', line('web1', ED2), 'changed'],
    ['hashed another key', line(hashed('web1'), ED2), 'changed'],
    ['another type', line('web1', RSA), 'other-type'],
    ['both types, the shown one changed', line('web1', RSA) + line('web1', ED2), 'changed'],
    ['a second key of the same type', line('web1', ED2) + line('web1', ED), 'known'],
    ['revoked and known', line('web1', ED) + line('*', ED, '@revoked '), 'revoked'],
    ['another key revoked', line('web1', ED) + line('*', ED2, '@revoked '), 'known'],
    ['an authority with the same key', line('web1', ED, '@cert-authority '), 'unknown'],
  ])('%s', (_name, text, verdict) => {
    expect(judge(text, ED)).toBe(verdict);
  });

  it('takes a key that is known without the port, but not a changed one', () => {
    const owner = { hostname: 'web1', port: 2222 };
    expect(judge(line('[web1]:2222', ED), ED, owner)).toBe('known');
    expect(judge(line('web1', ED), ED, owner)).toBe('known');
    expect(judge(line('web1', ED2), ED, owner)).toBe('unknown');
    expect(judge(line('[web1]:2222', ED2) + line('web1', ED), ED, owner)).toBe('changed');
    expect(judge(line('[web1]:2223', ED), ED, owner)).toBe('unknown');
  });

  it('looks an alias up instead of the name, without a port', () => {
    const owner = { hostname: '10.0.0.5', port: 2222, hostKeyAlias: 'db' };
    expect(judge(line('db', ED), ED, owner)).toBe('known');
    expect(judge(line('[10.0.0.5]:2222', ED), ED, owner)).toBe('unknown');
  });
});

describe('what is asked for', () => {
  const known = (text: string) => {
    const index = new KnownHosts();
    index.addText(text, 'kh');
    return index;
  };

  it('asks for known types first, and by hashed lines where nothing better is known', () => {
    expect(expectedTypes(known(line('web1', RSA) + line('web2', ED)), web1)).toEqual(['ssh-rsa']);
    expect(expectedTypes(known(line(hashed('any'), RSA)), web1)).toEqual(['ssh-rsa']);
    expect(expectedTypes(known(''), web1)).toEqual([]);
  });

  it('sees a host that only an authority knows', () => {
    expect(isKnownByAuthorityOnly(known(line('*', ED, '@cert-authority ')), web1)).toBe(true);
    expect(isKnownByAuthorityOnly(known(line('*.x', ED, '@cert-authority ')), web1)).toBe(false);
    expect(isKnownByAuthorityOnly(known(line('*', ED, '@cert-authority ') + line('web1', RSA)), web1)).toBe(false);
    expect(isKnownByAuthorityOnly(known(line('*', ED, '@cert-authority ') + line(hashed('web1'), RSA)), web1)).toBe(
      false,
    );
    expect(isKnownByAuthorityOnly(known(''), web1)).toBe(false);
  });
});

describe('checkHostKey', () => {
  const endpoint = { host: 'web1', hostname: 'web1', port: 22, user: 'u' };
  const check = (text: string, blob: Buffer, more: Partial<HostKeyRules> = {}) => {
    const index = new KnownHosts();
    index.addText(text, '/kh');
    return checkHostKey({ known: index, owner: web1, policy: 'strict', hashNames: false, ...more }, endpoint, blob);
  };
  const errorOf = (decision: ReturnType<typeof checkHostKey>) =>
    decision.kind === 'refuse' ? decision.error : undefined;

  it('refuses an unknown key with everything needed to add it', () => {
    const error = errorOf(check('', ED));
    expect(error?.code).toBe('E_HOSTKEY_UNKNOWN');
    expect(error?.data).toEqual({
      type: 'ssh-ed25519',
      fingerprint: fingerprint(ED),
      line: `web1 ssh-ed25519 ${ED.toString('base64')}`,
    });
    expect(error?.hint).toContain('--host-keys accept-new');
  });

  it('names the place and both fingerprints of a changed key, also with accept-new', () => {
    for (const policy of ['strict', 'accept-new'] as const) {
      const error = errorOf(check(`# one\n${line('web1', ED2)}`, ED, { policy }));
      expect(error?.code).toBe('E_HOSTKEY_CHANGED');
      expect(error?.message).toContain('/kh:2');
      expect(error?.message).toContain(fingerprint(ED));
      expect(error?.message).toContain(fingerprint(ED2));
      expect(error?.hint).toContain("`ssh-keygen -R 'web1' -f '/kh'`");
    }
  });

  it('asks for the known type before it cries changed', () => {
    expect(check(line('web1', RSA), ED)).toMatchObject({ kind: 'ask-for', types: ['ssh-rsa'] });
  });

  it('refuses a revoked key by its place', () => {
    const error = errorOf(check(line('*', ED, '@revoked '), ED, { policy: 'accept-new' }));
    expect(error?.code).toBe('E_HOSTKEY_REVOKED');
    expect(error?.message).toContain('/kh:1');
  });

  it('accepts a new key once, and then knows it', () => {
    const known = new KnownHosts();
    const said: string[] = [];
    const rules: HostKeyRules = {
      known,
      owner: web1,
      policy: 'accept-new',
      hashNames: false,
      onAdded: (text, trouble) => said.push(`${text} ${trouble}`),
    };
    expect(checkHostKey(rules, endpoint, ED).kind).toBe('accept');
    expect(checkHostKey(rules, endpoint, ED).kind).toBe('accept');
    expect(checkHostKey(rules, endpoint, ED2)).toMatchObject({ kind: 'refuse', error: { code: 'E_HOSTKEY_CHANGED' } });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('no known_hosts file');
  });
});

describe('knownHostsLine', () => {
  it('writes a line that is found again, plain or hashed', () => {
    for (const hide of [false, true]) {
      const text = knownHostsLine({ hostname: 'web1', port: 2222 }, ED, hide);
      expect(text.includes('web1')).toBe(!hide);
      expect(judge(text, ED, { hostname: 'web1', port: 2222 })).toBe('known');
      expect(judge(text, ED, { hostname: 'web1', port: 2223 })).toBe('unknown');
    }
  });
});
