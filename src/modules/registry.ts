import { assertModule } from './assert/index.ts';
import { commandModule } from './command/index.ts';
import { deadContainersModule } from './dead-containers/index.ts';
import { dockerContainerModule } from './docker-container/index.ts';
import { dockerMountFlagsModule } from './docker-mount-flags/index.ts';
import { dockerRestartModule } from './docker-restart/index.ts';
import { dockerdHealthModule } from './dockerd-health/index.ts';
import { fileContentModule } from './file-content/index.ts';
import { fileStateModule } from './file-state/index.ts';
import { holderPropagationModule } from './holder-propagation/index.ts';
import { installerPatchModule } from './installer-patch/index.ts';
import { jsonKeysModule } from './json-keys/index.ts';
import { k8sPodRemainsModule } from './k8s-pod-remains/index.ts';
import { k8sTerminatingPodsModule } from './k8s-terminating-pods/index.ts';
import { leakedMountsModule } from './leaked-mounts/index.ts';
import type { Module } from './module.ts';
import { monitorReleaseModule } from './monitor-release/index.ts';
import { productContainersModule } from './product-containers/index.ts';
import { scheduleModule } from './schedule/index.ts';
import { sysctlModule } from './sysctl/index.ts';
import { systemdDropInModule } from './systemd-dropin/index.ts';
import { systemdUnitModule } from './systemd-unit/index.ts';

const ALL: readonly Module[] = [
  assertModule,
  commandModule,
  deadContainersModule,
  dockerContainerModule,
  dockerMountFlagsModule,
  dockerRestartModule,
  dockerdHealthModule,
  fileContentModule,
  fileStateModule,
  holderPropagationModule,
  installerPatchModule,
  jsonKeysModule,
  leakedMountsModule,
  k8sPodRemainsModule,
  k8sTerminatingPodsModule,
  monitorReleaseModule,
  productContainersModule,
  scheduleModule,
  sysctlModule,
  systemdDropInModule,
  systemdUnitModule,
];

/** Every module that a playbook can ask for, by name. The list is explicit: a module that is not here does not exist. */
export const MODULES: ReadonlyMap<string, Module> = new Map(ALL.map((module) => [module.name, module]));
