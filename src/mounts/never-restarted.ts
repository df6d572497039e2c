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
  'tailscaled*',
  'openvpn*',
  'wg-quick@*',
  'strongswan*',
  'charon*',
  'zerotier*',
  'teleport*',
  'NetworkManager*',
  'network*',
  'wpa_supplicant*',
  'wickedd*',
  'dhclient*',
  'dhcpcd*',
  'openvswitch*',
  'ovs-*',
  'ovsdb-*',
  'keepalived*',
  'frr*',
  'bird*',
  'firewalld*',
  'iptables*',
  'ip6tables*',
  'ipset*',
  'netfilter-persistent*',
  'ufw*',
  'nftables*',
  'dockerd*',
  'docker.service',
  'docker.socket',
  'containerd*',
  'crio*',
  'cri-dockerd*',
  'libvirtd*',
  'virtqemud*',
  'qemu-*',
  'kubelet*',
  'kube-*',
  'k3s*',
  'k0s*',
  'rke2*',
  'ceph-*',
  'glusterd*',
  'glusterfsd*',
  'minio*',
  'drbd*',
  'autofs*',
  'automount',
  'nfs-*',
  'corosync*',
  'pacemaker*',
  'etcd*',
  'consul*',
  'nomad*',
  'vault*',
  'zookeeper*',
  'kafka*',
  'rabbitmq*',
  'nats-server*',
  'mysql*',
  'mariadb*',
  'mongo*',
  'postgres*',
  'mssql*',
  'sqlservr',
  'oracle*',
  'ora_*',
  'db2*',
  'redis*',
  'valkey*',
  'cassandra*',
  'scylla*',
  'cockroach*',
  'couch*',
  'neo4j*',
  'aerospike*',
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
