import type { NamespaceTask } from './model.ts';

/**
 * What is not restarted unless somebody names it: the host, the way into it, what filters its packets (Docker's own rules go
 * with a restart), the runtimes, and what holds data or a quorum. Units, containers and programs, as globs.
 */
const NEVER_RESTARTED = [
  'host',
  'init*',
  'systemd*',
  'user@*',
  'dbus*',
  'sshd*',
  'ssh.service',
  'ssh@*',
  'dropbear*',
  'NetworkManager*',
  'network*',
  'wpa_supplicant*',
  'firewalld*',
  'iptables*',
  'nftables*',
  'dockerd*',
  'docker.service',
  'docker.socket',
  'containerd*',
  'crio*',
  'kubelet*',
  'ceph-*',
  'glusterd*',
  'glusterfsd*',
  'corosync*',
  'pacemaker*',
  'etcd*',
  'consul*',
  'zookeeper*',
  'kafka*',
  'rabbitmq*',
  'mysql*',
  'mariadb*',
  'mongo*',
  'postgres*',
  'redis*',
  'valkey*',
  'cassandra*',
  'clickhouse*',
  'elasticsearch*',
  'opensearch*',
  'influxd*',
  'multipathd*',
  'iscsid*',
] as const;

/** The first of these names that is not restarted unless somebody names it; undefined if none is on the list. */
export function neverRestartedName(names: readonly string[]): string | undefined {
  return nameOnList(names, NEVER_RESTARTED);
}

/** The first name that one of the globs means. */
export function nameOnList(names: readonly string[], globs: readonly string[]): string | undefined {
  return names.find((name) => globs.some((glob) => matchesGlob(glob, name)));
}

/** Only * and ? are special. */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's').test(name);
}

/** What a task may be called: its command, its program, and its unit with and without the suffix. */
export function namesOfTask({ command, executable, unit }: NamespaceTask): readonly string[] {
  const program =
    executable
      ?.replace(/ \(deleted\)$/, '')
      .split('/')
      .at(-1) ?? command;
  return [command, program, ...(unit === undefined ? [] : namesOfUnit(unit))];
}

/** A unit is also meant by its name without the suffix. */
export function namesOfUnit(name: string): readonly string[] {
  return [name, name.replace(/\.(?:service|scope)$/, '')];
}
