import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { keyType } from './host-keys.ts';
import { type ParsedKey, parseSshKey } from './ssh-library.ts';

/**
 * A private key file as it was found: ready; encrypted (`why`, if a passphrase was tried in vain); missing; unreadable;
 * or foreign, of a type or format that only OpenSSH reads. `type` and `blob` are of its public half, where that can be
 * read without a passphrase.
 */
export interface KeyFile {
  readonly path: string;
  readonly state: 'ready' | 'encrypted' | 'missing' | 'unreadable' | 'foreign';
  readonly key?: ParsedKey;
  readonly type?: string;
  readonly blob?: Buffer;
  readonly why?: string;
  /** The certificate beside it, by ssh's rule for names. */
  readonly certificate?: string;
}

/** Reads a private key file; with a passphrase, also an encrypted one. Trouble is in `state` and `why`. */
export function readKeyFile(path: string, passphrase?: string): KeyFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const publicHalf = describePublicHalf(path, undefined);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { path, state: 'missing', ...publicHalf }
      : { path, state: 'unreadable', why: code ?? String(error), ...publicHalf };
  }
  const publicHalf = describePublicHalf(path, publicBlobInside(text));
  if (isEncrypted(text) && passphrase === undefined) return { path, state: 'encrypted', ...publicHalf };
  const parsed = parseSshKey(text, passphrase);
  if (parsed instanceof Error) {
    const state = passphrase === undefined ? 'foreign' : 'encrypted';
    return { path, state, why: parsed.message, ...publicHalf };
  }
  if (!parsed.isPrivateKey()) return { path, state: 'foreign', why: 'it holds no private key', ...publicHalf };
  return { path, state: 'ready', key: signingFast(parsed), ...describePublicHalf(path, parsed.getPublicSSH()) };
}

function describePublicHalf(path: string, inside: Buffer | undefined): Pick<KeyFile, 'type' | 'blob' | 'certificate'> {
  const certificate = `${path}-cert.pub`;
  const blob = inside ?? publicBlobBeside(path);
  return {
    ...(blob === undefined ? {} : { blob, type: keyType(blob) }),
    ...(existsSync(certificate) ? { certificate } : {}),
  };
}

function publicBlobBeside(path: string): Buffer | undefined {
  try {
    const base64 = readFileSync(`${path}.pub`, 'utf8').trim().split(/\s+/)[1];
    return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  } catch {
    return undefined;
  }
}

/** OpenSSH's own format: magic, cipher, kdf, kdf options, number of keys, public key, … (PROTOCOL.key); lengths before each. */
function openSshFields(text: string): Buffer[] | undefined {
  const match = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text);
  if (match === null) return undefined;
  const bytes = Buffer.from(match[1] ?? '', 'base64');
  const fields: Buffer[] = [];
  let at = 'openssh-key-v1\0'.length;
  while (fields.length < 4 && at + 4 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    fields.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length + (fields.length === 3 ? 4 : 0);
  }
  return fields;
}

function publicBlobInside(text: string): Buffer | undefined {
  return openSshFields(text)?.[3];
}

function isEncrypted(text: string): boolean {
  const cipher = openSshFields(text)?.[0]?.toString();
  if (cipher !== undefined) return cipher !== 'none';
  return text.includes('Proc-Type: 4,ENCRYPTED') || text.includes('BEGIN ENCRYPTED PRIVATE KEY');
}

/** The same key with its PEM parsed once; ssh2 parses it at each signature, which costs more than the signature. */
function signingFast(key: ParsedKey): ParsedKey {
  let parsed: KeyObject;
  try {
    parsed = createPrivateKey(key.getPrivatePEM());
  } catch {
    return key;
  }
  const digests: Record<string, string> = {
    'ssh-rsa': 'sha1',
    'ecdsa-sha2-nistp256': 'sha256',
    'ecdsa-sha2-nistp384': 'sha384',
    'ecdsa-sha2-nistp521': 'sha512',
  };
  key.sign = (data, algorithm) => sign(algorithm ?? digests[key.type], Buffer.from(data), parsed);
  return key;
}
