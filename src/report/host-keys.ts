import type { HostResult } from '../core/results.ts';
import { printable } from '../core/text.ts';

/**
 * The hosts whose key nobody knows yet, all together: host, type and fingerprint on one line each, to compare with
 * what the hosts' owner says, and what to do then. Empty if there is none.
 */
export function unknownKeyLines(hosts: readonly HostResult[]): readonly string[] {
  const unknown = hosts.filter((host) => host.error?.code === 'E_HOSTKEY_UNKNOWN');
  if (unknown.length === 0) return [];
  const width = Math.max(...unknown.map((host) => host.host.length));
  const rows = unknown.map(({ host, error }) => {
    const { type, fingerprint } = error?.data ?? {};
    return printable(`  ${host.padEnd(width)}  ${String(type ?? '')} ${String(fingerprint ?? '')}`.trimEnd());
  });
  return [
    'Host keys that no known_hosts file has (no login was tried there):',
    ...rows,
    'Compare them with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on each console. If all are right, run again',
    'with --host-keys accept-new: it writes them down, and never replaces a known one.',
  ];
}
