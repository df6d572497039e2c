import type { ContainerdProcess, DockerdProcess, DockerTopology } from '../../programs/docker-topology.ts';
import type { DockerUnitFiles } from '../../programs/docker-unit-files.ts';
import type { RmdirRule } from '../../programs/probe-rmdir-rule.ts';
import type { UnitState } from '../../programs/systemd-unit-state.ts';
import { flagsLivedBy, otherNamespaceSettings, readShownFlags } from './flags.ts';
import type { MatrixFacts } from './matrix.ts';
import type { DockerUnit } from './state.ts';
import { type Configured, configuredBy, inOrder } from './unit-edits.ts';

/** docker.service from what systemd says of it and what its files say. */
export function readService(unit: UnitState, files: DockerUnitFiles): DockerUnit {
  const flags = readShownFlags(unit.properties.get('MountFlags') ?? '');
  const privateMounts = unit.properties.get('PrivateMounts') === 'yes';
  const ordered = inOrder(files.files);
  return {
    unit,
    files,
    ordered,
    shown: flags === undefined ? undefined : { flags, privateMounts },
    configured: configuredBy(ordered),
    otherSettings: otherNamespaceSettings(unit.properties),
  };
}

/** The daemon that docker.service runs, or the only one there is; undefined if none runs. */
export function daemonOf(unit: UnitState | undefined, { dockerds }: DockerTopology): DockerdProcess | undefined {
  const main = dockerds.find(({ pid }) => pid === unit?.mainPid);
  const own = dockerds.find((each) => each.unit === 'docker.service');
  return main ?? own ?? (dockerds.length === 1 ? dockerds[0] : undefined);
}

/** The facts of the matrix; without systemd, what dockerd lives by stands for what is configured. */
export function matrixFacts(
  service: DockerUnit | undefined,
  topology: DockerTopology,
  dockerd: DockerdProcess | undefined,
  kernel: RmdirRule | undefined,
): MatrixFacts {
  const commandLine = dockerd?.args ?? service?.unit.properties.get('ExecStart') ?? '';
  const livedBy = dockerd === undefined ? undefined : flagsLivedBy(dockerd, topology.init.namespace);
  const settings = service === undefined ? { flags: livedBy ?? 'unset', privateMounts: false } : settingsIn(service);
  return {
    kernel,
    version: topology.version,
    containerd: containerdTopology(topology, dockerd, commandLine),
    liveRestore: liveRestoreOf(topology, commandLine),
    flags: settings.flags,
    privateMounts: settings.privateMounts,
    otherSettings: service?.otherSettings ?? [],
    sharedUsers: sharedUsers(topology),
  };
}

/** What holds after the next daemon-reload, if one is due. */
function settingsIn({ unit, shown, configured }: DockerUnit): Configured {
  return unit.needsReload ? configured : (shown ?? configured);
}

/**
 * By the parent of the process, or by the service that both are in: a containerd that live-restore carried over a restart of
 * dockerd has process 1 for its parent. Else by the option that dockerd is started with: --containerd means a service of its own.
 */
function containerdTopology(
  { containerds, version }: DockerTopology,
  dockerd: DockerdProcess | undefined,
  commandLine: string,
): MatrixFacts['containerd'] {
  if (dockerd !== undefined && containerds.some((each) => isChild(each, dockerd))) return 'child';
  if (/\s--containerd[= ]/.test(commandLine)) return 'own-service';
  if (containerds.some(({ unit }) => unit === 'containerd.service')) return 'own-service';
  if (/^(1\.([0-9]|10)\.|0\.)/.test(version)) return 'none';
  return 'unknown';
}

function isChild({ parent, unit }: ContainerdProcess, dockerd: DockerdProcess): boolean {
  return parent === dockerd.pid || (unit.endsWith('.service') && unit === dockerd.unit);
}

/** On if it is configured, on the command line or in the file, or in effect: the next start counts as much as this one. */
function liveRestoreOf({ configured, liveRestore }: DockerTopology, commandLine: string): boolean | undefined {
  const option = /\s--live-restore(?:=(\w+))?(?:\s|$)/.exec(commandLine);
  const onCommandLine = option === null ? undefined : !/^(0|f|false)$/i.test(option[1] ?? 'true');
  if (liveRestore === true || onCommandLine === true || configured.liveRestore === true) return true;
  if (configured.liveRestore === 'unreadable') return undefined;
  return false;
}

/** Containers with a bind that sends mounts to the host, and a kubelet in a container, which mounts for its pods. */
function sharedUsers({ containers, kubelets }: DockerTopology): readonly string[] | undefined {
  if (containers === undefined) return kubelets.some((id) => id !== '') ? ['kubelet in a container'] : undefined;
  const names = containers.filter(({ id, shared }) => shared || kubelets.includes(id)).map(({ name }) => name);
  const known = kubelets.some((kubelet) => kubelet !== '' && !containers.some(({ id }) => id === kubelet));
  return [...names, ...(known ? ['kubelet in a container'] : [])].sort();
}

/**
 * Running containers whose shim is in another mount namespace than dockerd is, or will be after its restart. Where containerd is a
 * service of its own, its namespace is right as well: the shims of containers that start now are there.
 */
export function bornElsewhere(
  service: DockerUnit | undefined,
  { init, containers, containerds }: DockerTopology,
  dockerd: DockerdProcess | undefined,
): readonly string[] {
  const settings = service?.shown ?? service?.configured;
  const shares = settings?.flags === 'unset' && !settings.privateMounts && service?.otherSettings.length === 0;
  const home = shares ? init.namespace : dockerd?.namespace;
  if (home === undefined) return [];
  const services = containerds.filter(({ unit }) => unit === 'containerd.service').map(({ namespace }) => namespace);
  const right = new Set([home, ...services, undefined]);
  const elsewhere = (containers ?? []).filter(({ shimNamespace }) => !right.has(shimNamespace));
  return elsewhere.map(({ name }) => name).sort();
}
