import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type IdentityWishes, KeyRing } from '../../../src/connection/identities.ts';
import { readKeyFile } from '../../../src/connection/key-files.ts';
import { makeKeyPair } from '../../support/ssh-server.ts';

let dir = '';
let asked: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unbusy-id-'));
  asked = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, text: string): string {
  writeFileSync(join(dir, name), text, { mode: 0o600 });
  return join(dir, name);
}

async function load(wishes: Partial<IdentityWishes>, passphrase?: string) {
  const all: IdentityWishes = { required: [], optional: [], onlyNamed: false, ...wishes };
  const ring = new KeyRing();
  await ring.load([all, { ...all }], async (path) => {
    asked.push(path);
    return passphrase;
  });
  return ring.credentials(all);
}

describe('readKeyFile', () => {
  it('reads each type, and its public half without the passphrase', () => {
    for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
      const pair = makeKeyPair(type);
      const read = readKeyFile(put(type, pair.private));
      expect(read.state).toBe('ready');
      expect(read.blob?.toString('base64')).toBe(pair.public.split(' ')[1]);
      const signature = read.key?.sign(Buffer.from('data'));
      expect(read.key?.verify(Buffer.from('data'), signature as Buffer)).toBe(true);
      expect(read.key?.verify(Buffer.from('other'), signature as Buffer)).toBe(false);
    }
    const locked = makeKeyPair('ed25519', 'secret');
    const read = readKeyFile(put('locked', locked.private));
    expect(read).toMatchObject({ state: 'encrypted', type: 'ssh-ed25519' });
    expect(read.blob?.toString('base64')).toBe(locked.public.split(' ')[1]);
  });

  it('tells missing, foreign and certified ones apart', () => {
    expect(readKeyFile(join(dir, 'none'))).toEqual({ path: join(dir, 'none'), state: 'missing' });
    expect(readKeyFile(put('junk', 'not a key'))).toMatchObject({ state: 'foreign' });
    expect(readKeyFile(put('half', makeKeyPair().public))).toMatchObject({ state: 'foreign' });
    const path = put('id', makeKeyPair().private);
    expect(readKeyFile(path)).not.toHaveProperty('certificate');
    put('id-cert.pub', 'x');
    expect(readKeyFile(path)).toHaveProperty('certificate', `${path}-cert.pub`);
  });
});

describe('KeyRing', () => {
  it('asks once for a required encrypted key, and offers it', async () => {
    const path = put('id', makeKeyPair('ed25519', 'secret').private);
    const { offered } = await load({ required: [path] }, 'secret');
    expect(offered.map((each) => each.label)).toEqual([path]);
    expect(asked).toEqual([path]);
  });

  it('refuses a wrong passphrase, and a required key without one', async () => {
    const path = put('id', makeKeyPair('ed25519', 'secret').private);
    await expect(load({ required: [path] }, 'wrong')).rejects.toMatchObject({ code: 'E_KEY_FILE' });
    await expect(load({ required: [path] })).rejects.toMatchObject({ code: 'E_KEY_FILE' });
    await expect(load({ required: [join(dir, 'none')] })).rejects.toMatchObject({ code: 'E_KEY_FILE' });
  });

  it('does not ask for an optional key while there is another', async () => {
    const locked = put('locked', makeKeyPair('ed25519', 'secret').private);
    const open = put('open', makeKeyPair().private);
    const { offered, left } = await load({ optional: [locked, open, join(dir, 'none')] }, 'secret');
    expect(offered.map((each) => each.label)).toEqual([open]);
    expect(left).toEqual([`${locked} (encrypted, no passphrase)`]);
    expect(asked).toEqual([]);
  });

  it('asks for an optional key if there is no other, once, and goes on without an answer', async () => {
    const locked = put('locked', makeKeyPair('ed25519', 'secret').private);
    expect((await load({ optional: [locked] })).offered).toEqual([]);
    expect(asked).toEqual([locked]);
    expect((await load({ optional: [locked] }, 'secret')).offered).toHaveLength(1);
  });

  it('names an agent that is not there', async () => {
    const { left } = await load({ agentSocket: join(dir, 'agent') });
    expect(left).toHaveLength(1);
  });
});
