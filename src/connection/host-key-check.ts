import { UnbusyError } from '../core/errors.ts';
import { quotePosix } from '../core/text.ts';
import { fingerprint, judgeHostKey, type KeyOwner, keyType, knownHostsLine, nameInKnownHosts } from './host-keys.ts';
import type { KnownHosts, KnownKey } from './known-hosts.ts';
import { appendKnownHostsLine } from './known-hosts-files.ts';
import { type Endpoint, endpointLabel } from './ssh-endpoint.ts';

/** How a server's key is checked: strict refuses an unknown one, accept-new writes it into `addTo` (never replacing any). */
export interface HostKeyRules {
  readonly known: KnownHosts;
  readonly owner: KeyOwner;
  readonly policy: 'strict' | 'accept-new';
  readonly addTo?: string;
  readonly hashNames: boolean;
  /** Called when a key was accepted as new; `trouble` says why it could not be written down. */
  readonly onAdded?: (text: string, trouble?: string) => void;
}

/** Accept, refuse, or first ask the server for a key of another type, by which it is known; `otherwise` if it has none. */
export type HostKeyDecision =
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly error: UnbusyError }
  | { readonly kind: 'ask-for'; readonly types: readonly string[]; readonly otherwise: UnbusyError };

/** Decides on the key that a server showed; nothing is ever asked of a person here. */
export function checkHostKey(rules: HostKeyRules, endpoint: Endpoint, blob: Buffer): HostKeyDecision {
  const verdict = judgeHostKey(rules.known, rules.owner, blob);
  switch (verdict.kind) {
    case 'known':
      return { kind: 'accept' };
    case 'revoked':
      return { kind: 'refuse', error: revokedError(endpoint, blob, verdict.known) };
    case 'changed':
      return { kind: 'refuse', error: changedError(rules, endpoint, blob, verdict.known) };
    case 'other-type': {
      const types = [...new Set(verdict.known.map((known) => known.type))];
      return { kind: 'ask-for', types, otherwise: changedError(rules, endpoint, blob, verdict.known) };
    }
    case 'unknown':
      if (rules.policy === 'strict') return { kind: 'refuse', error: unknownError(rules, endpoint, blob) };
      addKey(rules, endpoint, blob);
      return { kind: 'accept' };
  }
}

function addKey(rules: HostKeyRules, endpoint: Endpoint, blob: Buffer): void {
  const name = nameInKnownHosts(rules.owner);
  const type = keyType(blob);
  const file = rules.addTo ?? '';
  rules.known.add(name, { type, key: blob.toString('base64'), file, line: 0 });
  const text = `${endpointLabel(endpoint)}: accepted the new ${type} key ${fingerprint(blob)}`;
  const trouble = writeKey(rules, blob);
  rules.onAdded?.(trouble === undefined ? `${text} and wrote it to ${file}` : text, trouble);
}

function writeKey(rules: HostKeyRules, blob: Buffer): string | undefined {
  if (rules.addTo === undefined) return 'no known_hosts file is configured';
  try {
    appendKnownHostsLine(rules.addTo, knownHostsLine(rules.owner, blob, rules.hashNames));
    return undefined;
  } catch (error) {
    return `${rules.addTo} could not be written: ${String(error)}`;
  }
}

function unknownError(rules: HostKeyRules, endpoint: Endpoint, blob: Buffer): UnbusyError {
  const type = keyType(blob);
  const print = fingerprint(blob);
  const others = endpoint.via === undefined ? '' : ` from ${endpoint.via}`;
  const scan = `ssh-keyscan -p ${rules.owner.port} ${rules.owner.hostname}${others}`;
  return new UnbusyError(
    'E_HOSTKEY_UNKNOWN',
    `${endpointLabel(endpoint)} shows a ${type} key that no known_hosts file has: ${print}. No login was tried.`,
    {
      host: endpoint.host,
      hint: `Compare ${print} with \`ssh-keygen -lf\` of the key file on the host's console, then add the line to ${rules.addTo ?? 'your known_hosts file'} (\`${scan}\` prints it), or run again with --host-keys accept-new.`,
      data: { type, fingerprint: print, line: knownHostsLine(rules.owner, blob, false) },
    },
  );
}

function changedError(rules: HostKeyRules, endpoint: Endpoint, blob: Buffer, known: readonly KnownKey[]): UnbusyError {
  const type = keyType(blob);
  const print = fingerprint(blob);
  const same = known.find((entry) => entry.type === type) ?? known[0];
  const place = same === undefined || same.line === 0 ? 'this run' : `${same.file}:${same.line}`;
  const inFile = same === undefined || same.line === 0 ? '' : ` -f ${quotePosix(same.file)}`;
  const knownPrint = same === undefined ? '' : fingerprint(Buffer.from(same.key, 'base64'));
  return new UnbusyError(
    'E_HOSTKEY_CHANGED',
    `${endpointLabel(endpoint)} shows the ${type} key ${print}, but ${place} has the ${same?.type ?? ''} key ${knownPrint}. Somebody may be in between, or the host was installed anew. No login was tried.`,
    {
      host: endpoint.host,
      hint: `Find out why the key changed; if the host was installed anew, run \`ssh-keygen -R '${nameInKnownHosts(rules.owner)}'${inFile}\` and add the new key.`,
      data: { type, fingerprint: print, known: place, knownType: same?.type ?? '', knownFingerprint: knownPrint },
    },
  );
}

function revokedError(endpoint: Endpoint, blob: Buffer, known: KnownKey): UnbusyError {
  const print = fingerprint(blob);
  return new UnbusyError(
    'E_HOSTKEY_REVOKED',
    `${endpointLabel(endpoint)} shows the ${keyType(blob)} key ${print}, which ${known.file}:${known.line} marks @revoked. No login was tried.`,
    {
      host: endpoint.host,
      hint: 'Give the host a new host key; a revoked one is never accepted.',
      data: { type: keyType(blob), fingerprint: print, known: `${known.file}:${known.line}` },
    },
  );
}
