import { createHmac } from 'node:crypto';
import { HostPatterns } from './host-patterns.ts';

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownKey {
  readonly marker?: 'cert-authority' | 'revoked';
  readonly type: string;
  /** The key in base64. */
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

interface PatternKey {
  readonly patterns: HostPatterns;
  readonly known: KnownKey;
}

interface HashedKey {
  readonly salt: Buffer;
  readonly hash: string;
  readonly known: KnownKey;
}

/**
 * The lines of some known_hosts files. Plain names are found by a map, patterns by a walk. Hashed names cost an HMAC
 * each, so they are asked by key first (`withKey`) and walked only when that fails; a walk's answer is kept.
 */
export class KnownHosts {
  readonly #plain = new Map<string, KnownKey[]>();
  readonly #patterns: PatternKey[] = [];
  readonly #hashed: HashedKey[] = [];
  readonly #hashedByKey = new Map<string, HashedKey[]>();
  readonly #walked = new Map<string, KnownKey[]>();

  /** Adds the lines of one file; lines that cannot be read are skipped, as ssh does. */
  addText(text: string, file: string): void {
    let line = 0;
    for (const raw of text.split('\n')) {
      line += 1;
      const fields = raw.trim().split(/[ \t]+/);
      if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) continue;
      const marker = markerOf(fields[0]);
      if (fields[0].startsWith('@')) {
        if (marker === undefined) continue;
        fields.shift();
      }
      const [names, type, key] = fields;
      if (names === undefined || type === undefined || key === undefined || /^\d+$/.test(type)) continue;
      this.add(names, { ...(marker === undefined ? {} : { marker }), type, key, file, line });
    }
  }

  /** Adds one key under a comma-separated list of names, patterns, or one hashed name. */
  add(names: string, known: KnownKey): void {
    const hashed = /^\|1\|([^|]+)\|([^|]+)$/.exec(names);
    if (hashed !== null) {
      const entry = { salt: Buffer.from(hashed[1] ?? '', 'base64'), hash: hashed[2] ?? '', known };
      this.#hashed.push(entry);
      append(this.#hashedByKey, known.key, entry);
      this.#walked.clear();
      return;
    }
    const patterns = names.toLowerCase().split(',');
    if (patterns.some((pattern) => /[*?!]/.test(pattern)))
      this.#patterns.push({ patterns: new HostPatterns(patterns), known });
    else for (const name of patterns) append(this.#plain, name, known);
  }

  /** Lines that hold exactly this key for this name; costs an HMAC only for the hashed ones that hold the key. */
  withKey(name: string, key: string): readonly KnownKey[] {
    const hashed = (this.#hashedByKey.get(key) ?? []).filter((entry) => isHashOf(entry, name));
    return [...this.named(name).filter((known) => known.key === key), ...hashed.map((entry) => entry.known)];
  }

  /** Lines that name the host, without those that hash their names. */
  named(name: string): readonly KnownKey[] {
    const lower = name.toLowerCase();
    const matching = this.#patterns.filter((entry) => entry.patterns.matches(lower));
    return [...(this.#plain.get(lower) ?? []), ...matching.map((entry) => entry.known)];
  }

  /** All lines that name the host, hashed ones too. */
  all(name: string): readonly KnownKey[] {
    let walked = this.#walked.get(name);
    if (walked === undefined) {
      walked = this.#hashed.filter((entry) => isHashOf(entry, name)).map((entry) => entry.known);
      this.#walked.set(name, walked);
    }
    return [...this.named(name), ...walked];
  }

  /** Key types of the hashed lines, the most frequent first: which one a host behind them probably has. */
  hashedTypes(): readonly string[] {
    const counts = new Map<string, number>();
    for (const { known } of this.#hashed) counts.set(known.type, (counts.get(known.type) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([type]) => type);
  }
}

/** A host's name as known_hosts writes it: `[name]:port` unless the port is 22. */
export function knownHostsName(hostname: string, port: number): string {
  return port === 22 ? hostname.toLowerCase() : `[${hostname.toLowerCase()}]:${port}`;
}

/** A name as `HashKnownHosts yes` writes it. */
export function hashName(name: string, salt: Uint8Array): string {
  return `|1|${Buffer.from(salt).toString('base64')}|${hmac(salt, name)}`;
}

function markerOf(field: string): KnownKey['marker'] {
  return field === '@revoked' ? 'revoked' : field === '@cert-authority' ? 'cert-authority' : undefined;
}

function hmac(salt: Uint8Array, name: string): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

function isHashOf(entry: HashedKey, name: string): boolean {
  return hmac(entry.salt, name) === entry.hash;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
