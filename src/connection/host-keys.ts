import { createHash, randomBytes } from 'node:crypto';
import { hashName, type KnownHosts, type KnownKey, knownHostsName } from './known-hosts.ts';

/** Whose key is asked for: the name after ssh_config, or the alias that stands for it. */
export interface KeyOwner {
  readonly hostname: string;
  readonly port: number;
  readonly hostKeyAlias?: string;
}

/** What known_hosts says of a key that a server showed. `other-type`: known, but by a key of these other types. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly known: readonly KnownKey[] }
  | { readonly kind: 'revoked'; readonly known: KnownKey }
  | { readonly kind: 'other-type'; readonly known: readonly KnownKey[] };

/** The name under which a host stands in known_hosts; an alias stands there without a port, as ssh has it. */
export function nameInKnownHosts(owner: KeyOwner): string {
  return owner.hostKeyAlias ?? knownHostsName(owner.hostname, owner.port);
}

/**
 * Judges the key that a server showed, as ssh does: revoked before known, known also without the port number, and
 * any other known key makes it a changed one, so that a second type is never a way around the first.
 */
export function judgeHostKey(known: KnownHosts, owner: KeyOwner, blob: Buffer): HostKeyVerdict {
  const name = nameInKnownHosts(owner);
  const bare = owner.hostKeyAlias === undefined ? owner.hostname.toLowerCase() : name;
  const key = blob.toString('base64');
  const withKey = known.withKey(name, key);
  const withKeyBare = bare === name ? [] : known.withKey(bare, key);
  const revoked = [...withKey, ...withKeyBare].find((entry) => entry.marker === 'revoked');
  if (revoked !== undefined) return { kind: 'revoked', known: revoked };
  if (withKey.some((entry) => entry.marker === undefined)) return { kind: 'known' };
  const others = known.all(name).filter((entry) => entry.marker === undefined);
  if (others.length === 0) {
    return { kind: withKeyBare.some((entry) => entry.marker === undefined) ? 'known' : 'unknown' };
  }
  const type = keyType(blob);
  return others.some((entry) => entry.type === type)
    ? { kind: 'changed', known: others }
    : { kind: 'other-type', known: others };
}

/** True if a host is known by nothing but a certificate authority, which only OpenSSH can check. */
export function isKnownByAuthorityOnly(known: KnownHosts, owner: KeyOwner): boolean {
  const named = known.named(nameInKnownHosts(owner)).filter((entry) => entry.marker !== 'revoked');
  if (!named.some((entry) => entry.marker === 'cert-authority')) return false;
  return known.all(nameInKnownHosts(owner)).every((entry) => entry.marker !== undefined);
}

/** Key types to ask the server for first: those that the host is known by, else what hashed lines mostly hold. */
export function expectedTypes(known: KnownHosts, owner: KeyOwner): readonly string[] {
  const named = known.named(nameInKnownHosts(owner)).filter((entry) => entry.marker === undefined);
  return named.length > 0 ? [...new Set(named.map((entry) => entry.type))] : known.hashedTypes();
}

/** The type in a key's own bytes (RFC 4253 section 6.6): a length and a name. */
export function keyType(blob: Buffer): string {
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return length <= blob.length - 4 ? blob.toString('latin1', 4, 4 + length) : '';
}

/** The fingerprint as ssh prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The line that makes a key known. */
export function knownHostsLine(owner: KeyOwner, blob: Buffer, hashed: boolean): string {
  const name = nameInKnownHosts(owner);
  return `${hashed ? hashName(name, randomBytes(20)) : name} ${keyType(blob)} ${blob.toString('base64')}`;
}
