import { decide } from '../../../../src/modules/docker-mount-flags/decide.ts';
import { bornElsewhere, daemonOf, matrixFacts, readService } from '../../../../src/modules/docker-mount-flags/facts.ts';
import { flagsLivedBy } from '../../../../src/modules/docker-mount-flags/flags.ts';
import { type MountFlagsParams, mountFlagsParams } from '../../../../src/modules/docker-mount-flags/params.ts';
import type { MountFlagsState } from '../../../../src/modules/docker-mount-flags/state.ts';
import { judge } from '../../../../src/modules/docker-mount-flags/verdict.ts';
import type { ContainerPlace, DockerdProcess, DockerTopology } from '../../../../src/programs/docker-topology.ts';
import type { DockerUnitFiles, UnitFile } from '../../../../src/programs/docker-unit-files.ts';
import type { RmdirRule } from '../../../../src/programs/probe-rmdir-rule.ts';
import { sha256 } from '../../../../src/programs/write-file.ts';

/** Mount namespaces: of process 1, and one that dockerd may have had before. */
export const HOST_NAMESPACE = 4026531840;
export const OTHER_NAMESPACE = 4026532500;

export const VENDOR = '/lib/systemd/system/docker.service';
const DROP_INS = '/etc/systemd/system/docker.service.d';

/** What is unusual of a host; the usual one is a modern one as packaged, without MountFlags=. */
export interface Unusual {
  readonly kernel?: RmdirRule | 'unknown';
  readonly unit?: Readonly<Record<string, string>> | 'no-systemd' | 'not-found';
  readonly shown?: string;
  readonly files?: readonly UnitFile[];
  readonly unitFiles?: Partial<DockerUnitFiles>;
  readonly dockerd?: Partial<DockerdProcess> | 'none';
  readonly topology?: Partial<DockerTopology>;
}

export const K0: RmdirRule = { class: 'K0', busy: true };

export function unitFile(path: string, ...lines: readonly string[]): UnitFile {
  const text = ['[Service]', ...lines, ''].join('\n');
  return { path, target: path, witness: '81a4 0 0 7 1', sha256: sha256(Buffer.from(text)), text, loaded: true };
}

export const dropIn = (name: string, ...lines: readonly string[]): UnitFile =>
  unitFile(`${DROP_INS}/${name}`, ...lines);

export const container = (name: string, more: Partial<ContainerPlace> = {}): ContainerPlace => ({
  ...{ id: name.padEnd(64, '0'), name, pid: 900, shimNamespace: HOST_NAMESPACE, shared: false },
  ...more,
});

const DOCKERD: DockerdProcess = {
  ...{ pid: 64, startTime: '500', parent: 1, uid: 0, namespace: HOST_NAMESPACE, rootTags: ['shared:1'] },
  ...{
    unit: 'docker.service',
    exe: '/usr/bin/dockerd',
    args: 'dockerd -H fd:// --containerd=/run/containerd/containerd.sock ',
  },
};

/** A dockerd with its containerd below it, as before Docker 18.09. */
export const AS_CHILD: Unusual = {
  dockerd: { args: 'dockerd -H fd:// ' },
  topology: { containerds: [{ pid: 70, parent: 64, namespace: HOST_NAMESPACE, unit: 'docker.service', exe: '' }] },
};

/** A host as the module sees it, put together as observe does. */
export function stateOf(unusual: Unusual = {}): MountFlagsState {
  const dockerds = unusual.dockerd === 'none' ? [] : [{ ...DOCKERD, ...unusual.dockerd }];
  const topology: DockerTopology = {
    init: { namespace: HOST_NAMESPACE, rootTags: ['shared:1'] },
    dockerds,
    containerds: [{ pid: 54, parent: 1, namespace: HOST_NAMESPACE, unit: 'containerd.service', exe: '' }],
    kubelets: [],
    binary: { path: '/usr/bin/dockerd', packaging: 'deb' },
    configured: { path: '/etc/docker/daemon.json', liveRestore: undefined },
    daemon: { state: 'answered', why: '' },
    ...{ version: '20.10.24', driver: 'overlay2', dataRoot: '/var/lib/docker', liveRestore: false, containers: [] },
    ...unusual.topology,
  };
  const unit = typeof unusual.unit === 'string' ? undefined : unitOf(unusual);
  const found = unusual.unit === 'not-found' ? { ...unitOf(unusual), loadState: 'not-found' } : unit;
  const files = {
    files: unusual.files ?? [unitFile(VENDOR)],
    ...{ gone: [], unread: [], directory: true, writable: true },
    ...unusual.unitFiles,
  };
  const service = unit === undefined ? undefined : readService(unit, files);
  const dockerd = daemonOf(found, topology);
  const facts = matrixFacts(service, topology, dockerd, kernelOf(unusual));
  return {
    docker: found?.loadState === 'loaded' || dockerds.length > 0 || topology.binary !== undefined,
    ...{ service, topology, dockerd, facts },
    livedBy: dockerd === undefined ? undefined : flagsLivedBy(dockerd, topology.init.namespace),
    decision: decide(facts),
    verdict: judge(found, service, topology),
    recreate: bornElsewhere(service, topology, dockerd),
  };
}

function kernelOf({ kernel }: Unusual): RmdirRule | undefined {
  return kernel === 'unknown' ? undefined : (kernel ?? { class: 'K2', busy: false });
}

function unitOf({ unit, shown = '' }: Unusual) {
  const facts = typeof unit === 'object' ? unit : {};
  const properties = new Map(Object.entries({ MountFlags: shown, PrivateMounts: 'no', ...facts }));
  const text = (name: string, otherwise: string) => properties.get(name) ?? otherwise;
  return {
    ...{
      asked: 'docker.service',
      id: 'docker.service',
      activeState: 'active',
      subState: 'running',
      unitFileState: 'enabled',
    },
    loadState: text('LoadState', 'loaded'),
    fragmentPath: VENDOR,
    dropInPaths: [],
    needsReload: text('NeedDaemonReload', 'no') === 'yes',
    mainPid: 64,
    mainStartMicros: 1,
    properties,
  };
}

/** Parameters as a playbook gives them. */
export const paramsOf = (given: object = {}): MountFlagsParams => mountFlagsParams.parse(given);
