import type { HostTarget } from '../core/target.ts';
import { isKnownByAuthorityOnly } from './host-keys.ts';
import type { IdentityWishes, KeyRing } from './identities.ts';
import type { KnownHosts } from './known-hosts.ts';
import type { ResolvedTarget } from './resolved-target.ts';

/** How a host is reached, and why so. */
export interface TransportChoice {
  readonly transport: 'ssh' | 'openssh';
  readonly why: string;
}

/** What the choice depends on. */
export interface ChoiceFacts {
  readonly resolved: ResolvedTarget;
  readonly wishes: IdentityWishes;
  readonly keys: KeyRing;
  readonly known: KnownHosts;
  /** There is a Kerberos ticket that OpenSSH could log in with. */
  readonly hasTicket: boolean;
}

/** Our own client, unless the inventory says otherwise or the host needs what only OpenSSH has. */
export function chooseTransport(wanted: HostTarget['transport'], facts: ChoiceFacts): TransportChoice {
  if (wanted === 'ssh' || wanted === 'openssh') return { transport: wanted, why: 'the inventory says so' };
  const why = routeNeedsOpenSsh(facts) ?? keysNeedOpenSsh(facts);
  return why === undefined ? { transport: 'ssh', why: 'nothing here needs OpenSSH' } : { transport: 'openssh', why };
}

/** Why only OpenSSH reaches and verifies the server as configured; undefined if our own client does. */
export function routeNeedsOpenSsh({ resolved, known }: Pick<ChoiceFacts, 'resolved' | 'known'>): string | undefined {
  if (resolved.proxyCommand !== undefined) return `ssh_config has ProxyCommand ${resolved.proxyCommand}`;
  const setting = resolved.onlyOpenSsh[0];
  if (setting !== undefined) return `ssh_config has ${setting}`;
  if (isKnownByAuthorityOnly(known, resolved)) return 'the host is known by a certificate authority only';
  return undefined;
}

function keysNeedOpenSsh({ resolved, wishes, keys, hasTicket }: ChoiceFacts): string | undefined {
  const certificate = resolved.certificateFiles[0];
  if (certificate !== undefined) return `ssh_config has CertificateFile ${certificate}`;
  const files = keys.files(wishes);
  const certified = files.find((file) => file.certificate !== undefined && file.state !== 'missing');
  if (certified !== undefined) return `there is a certificate ${certified.certificate}`;
  const foreign = files.filter((file) => file.state === 'foreign');
  const required = foreign.find((file) => wishes.required.includes(file.path));
  if (required !== undefined) return `only OpenSSH can use the key ${required.path}`;
  const agentKeys = keys.agent(wishes)?.keys ?? [];
  const inAgent = agentKeys.find((key) => key.type.includes('-cert-v'));
  if (inAgent !== undefined && !wishes.onlyNamed && wishes.required.length === 0) {
    return `the agent holds a certificate (${inAgent.comment || inAgent.type})`;
  }
  if (keys.credentials(wishes).offered.length > 0) return undefined;
  const other = agentKeys[0]?.type ?? foreign[0]?.path;
  if (other !== undefined) return `only OpenSSH can use the key at hand (${other})`;
  return hasTicket ? 'there is no key, but a Kerberos ticket' : undefined;
}
