import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  layDockerUnit,
  packagedUnit,
  pictureOfDockerUnit,
  putDropIn,
  underDockerUnit,
} from '../../support/docker-unit-world.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';
import type { KitWorld, ModuleBed } from '../module-kit.ts';

const openDockerUnit = (sandbox: string): Promise<KitWorld> =>
  Promise.resolve({
    session: new ShellHost(underDockerUnit(shellKinds()[0] as ShellKind, sandbox)),
    picture: () => pictureOfDockerUnit(sandbox),
    close: () => Promise.resolve(),
  });

const OURS = 'unbusy-mount-flags.conf';

/** Beds of docker_mount_flags: a stand-in for systemctl over real files. */
export const MOUNT_FLAGS_BEDS: readonly ModuleBed[] = [
  {
    name: 'a setting of somebody else to override',
    lay: (sandbox) => {
      layDockerUnit(sandbox, { unit: packagedUnit(), dropIns: { '10-old.conf': '[Service]\nMountFlags=slave\n' } });
      return {};
    },
    disturb: (sandbox) => putDropIn(sandbox, OURS, '[Service]\nMountFlags=private\n'),
    callsHost: true,
    open: openDockerUnit,
  },
  {
    name: 'a unit file of an installer to patch',
    lay: (sandbox) => {
      layDockerUnit(sandbox, { unit: packagedUnit('# as the guide says', 'MountFlags=slave'), inEtc: true });
      return { in_place: true };
    },
    disturb: (sandbox) => writeFileSync(join(sandbox, 'etc/docker.service'), packagedUnit('MountFlags=private')),
    callsHost: true,
    open: openDockerUnit,
  },
  {
    name: 'a value to set by force',
    lay: (sandbox) => {
      layDockerUnit(sandbox, { unit: packagedUnit() });
      return { want: 'slave', force: true };
    },
    disturb: (sandbox) => putDropIn(sandbox, OURS, ''),
    callsHost: true,
    open: openDockerUnit,
  },
  {
    name: 'as wanted',
    lay: (sandbox) => {
      layDockerUnit(sandbox, { unit: packagedUnit() });
      return { want: 'unset' };
    },
    callsHost: true,
    open: openDockerUnit,
  },
];
