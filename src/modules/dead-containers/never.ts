import type { Holder } from '../../core/findings.ts';

/** What is never restarted, whatever the playbook says: the host, the way into it, the runtimes, and what holds data. */
const NEVER_RESTARTED = [
  'host',
  'init*',
  'systemd*',
  'user@*',
  'dbus*',
  'sshd*',
  'ssh.service',
  'dockerd*',
  'docker.service',
  'docker.socket',
  'containerd*',
  'crio*',
  'kubelet*',
  'ceph-*',
  'etcd*',
  'mysql*',
  'mariadb*',
  'mongo*',
  'postgres*',
  'redis*',
  'NetworkManager*',
  'network*',
  'multipathd*',
  'iscsid*',
] as const;

/** True if nothing may be done in the namespace of this holder. */
export function isNever(holder: Holder, never: readonly string[]): boolean {
  return never.some((glob) => names(holder).some((name) => matches(glob, name)));
}

/** True if this holder may not be restarted; only containers and services can be. */
export function isNeverRestarted(holder: Holder, never: readonly string[]): boolean {
  if (holder.kind !== 'container' && holder.kind !== 'unit') return true;
  if (holder.kind === 'unit' && !holder.name.endsWith('.service')) return true;
  return isNever(holder, [...never, ...NEVER_RESTARTED]);
}

/** A unit is also meant by its name without the suffix; a container also by its id. */
function names(holder: Holder): readonly string[] {
  const id = holder.containerId === undefined ? [] : [holder.containerId, holder.containerId.slice(0, 12)];
  return [holder.name, holder.name.replace(/\.(?:service|scope)$/, ''), ...id];
}

/** Only * and ? are special. */
function matches(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's').test(name);
}
