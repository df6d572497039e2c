import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostTarget } from '../../../src/core/target.ts';
import { SshBed } from '../../support/ssh-bed.ts';
import { makeKeyPair } from '../../support/ssh-server.ts';

let bed: SshBed;
beforeEach(() => {
  bed = new SshBed();
  bed.configure();
});
afterEach(() => bed.remove());

async function explain(more: Partial<HostTarget> = {}) {
  const target: HostTarget = { name: 'web1', identityFiles: [], transport: 'auto', ...more };
  const connector = await bed.prepare([target]);
  connector.close();
  return connector.explain(target);
}

/** A private key file of a type that ssh2 does not know, with the public half that OpenSSH writes in front. */
function fidoKey(): string {
  const field = (bytes: string | Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, Buffer.from(bytes)]);
  };
  const one = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([field('sk-ssh-ed25519@openssh.com'), field(Buffer.alloc(32)), field('ssh:')]);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map((text) => field(text)),
    one,
    field(blob),
    field(Buffer.alloc(64)),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe('the transport', () => {
  it('is ours where nothing needs OpenSSH', async () => {
    expect(await explain()).toMatchObject({ transport: 'ssh', hostKeys: 'strict', keys: [bed.keyFile] });
  });

  it.each([
    ['ProxyCommand nc %h %p', /ProxyCommand nc/],
    ['PKCS11Provider /usr/lib/p.so', /PKCS11Provider/],
    ['RevokedHostKeys /etc/ssh/revoked', /RevokedHostKeys/],
    ['KnownHostsCommand /bin/echo %H', /KnownHostsCommand/],
    ['CertificateFile ~/.ssh/x-cert.pub', /CertificateFile/],
    ['PreferredAuthentications gssapi-with-mic', /PreferredAuthentications/],
  ])('is OpenSSH with %s', async (line, why) => {
    bed.configure(`Host web1\n  ${line}`);
    expect(await explain()).toMatchObject({ transport: 'openssh', why: expect.stringMatching(why) });
    bed.configure(`Host web2\n  ${line}`);
    expect(await explain()).toMatchObject({ transport: 'ssh' });
  });

  it('is OpenSSH with a certificate beside the key', async () => {
    bed.write('id-cert.pub', 'ssh-ed25519-cert-v01@openssh.com AAAA');
    expect(await explain()).toMatchObject({ transport: 'openssh', why: expect.stringContaining('id-cert.pub') });
  });

  it('is OpenSSH with a FIDO key, if that is what is asked for or all there is', async () => {
    const identityFiles = [bed.write('id_sk', fidoKey())];
    expect(await explain({ identityFiles })).toMatchObject({ transport: 'openssh' });
    bed.configure(`Host *\n  IdentityFile ${identityFiles[0]}`);
    expect(await explain()).toMatchObject({ transport: 'ssh', keys: [bed.keyFile] });
    bed.write('id', fidoKey());
    expect(await explain()).toMatchObject({ transport: 'openssh' });
  });

  it('is OpenSSH if a jump host needs it', async () => {
    bed.configure('Host bastion\n  ProxyCommand corp-proxy %h\nHost web1\n  ProxyJump bastion');
    expect(await explain()).toMatchObject({ transport: 'openssh', why: expect.stringMatching(/^jump host bastion: /) });
    bed.configure('Host web1\n  ProxyJump bob@bastion:2222');
    expect(await explain()).toMatchObject({ transport: 'ssh', jumps: ['bob@bastion'] });
  });

  it('is what the inventory says', async () => {
    expect(await explain({ transport: 'openssh' })).toMatchObject({ transport: 'openssh' });
    expect(await explain({ transport: 'local' })).toMatchObject({ transport: 'local', keys: [] });
    bed.write('id-cert.pub', 'x');
    expect(await explain({ transport: 'ssh' })).toMatchObject({ transport: 'ssh' });
  });

  it('never goes around a ProxyCommand, whatever the inventory says', async () => {
    bed.configure('Host web1\n  ProxyCommand nc %h %p');
    await expect(explain({ transport: 'ssh' })).rejects.toMatchObject({ code: 'E_SSH_CONFIG', host: 'web1' });
  });

  it('finds a required key that is missing before any host is touched', async () => {
    await expect(explain({ identityFiles: [`${bed.dir}/none`] })).rejects.toMatchObject({ code: 'E_KEY_FILE' });
    expect(await explain({ identityFiles: [bed.write('other', makeKeyPair().private)] })).toMatchObject({
      keys: [`${bed.dir}/other`],
    });
  });
});
