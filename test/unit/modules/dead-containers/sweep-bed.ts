import { type DeadContainersParams, deadContainersParams } from '../../../../src/modules/dead-containers/params.ts';
import type { SweepState } from '../../../../src/modules/dead-containers/state.ts';
import { livingOf } from '../../../../src/modules/dead-containers/targets.ts';
import { containerTarget } from '../../../../src/mounts/identity.ts';
import { findLeaks } from '../../../../src/mounts/leaks.ts';
import type { ContainerState, MountView } from '../../../../src/mounts/model.ts';
import type { MountPointDirectory } from '../../../../src/programs/docker-records.ts';
import type { Obstacles } from '../../../../src/programs/find-obstacles.ts';
import { NOTHING_LEFT } from '../../../../src/programs/look-at-runtimes.ts';
import { container, viewOf } from '../../../support/mount-view.ts';

const hex = (start: string) => start.padEnd(64, '0');

export const DEAD = container({
  id: hex('dead1'),
  mountId: hex('d1'),
  name: 'app',
  status: 'dead',
  dead: true,
  pid: 0,
});
export const OTHER = container({
  id: hex('dead2'),
  mountId: hex('d2'),
  name: 'batch',
  status: 'removing',
  removing: true,
  dead: true,
  pid: 0,
});
export const MONITOR = container({ id: hex('cad'), mountId: hex('c1'), name: 'cadvisor', pid: 2000 });
export const WEB = container({ id: hex('beb'), mountId: hex('b1'), name: 'web', pid: 3000 });

export const MERGED = `/var/lib/docker/overlay2/${DEAD.mountId}/merged`;
export const DIRECTORY: MountPointDirectory = { path: MERGED, identity: '2049:77' };

/** The end of a line of mountinfo for a container's root. */
export const overlay = (of: ContainerState): string =>
  `- overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/overlay2/${of.mountId}/diff,workdir=/w`;

/** The host's own namespace, with what living containers have there. */
export const HOST = `host 100
  own 100
  ns 100 user 9
  task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope
  1 0 8:1 / / rw shared:1 - ext4 /dev/sda1 rw
  20 1 0:30 / /var/lib/docker/overlay2/${MONITOR.mountId}/merged rw shared:20 ${overlay(MONITOR)}
  21 1 0:31 / /var/lib/docker/overlay2/${WEB.mountId}/merged rw shared:21 ${overlay(WEB)}
  ns 300 user 9
  task 3000 3000 3333 nginx /usr/sbin/nginx /docker/${WEB.id}
  300 299 0:31 / / rw ${overlay(WEB)}
`;

/** A monitor with private binds: one mount of the dead container; `more` are further lines of its table. */
export const held = (more = '', bind = '51 50 8:1 / /rootfs rw - ext4 /dev/sda1 rw'): string => `ns 200 user 9
  task 2000 2000 4711 cadvisor /usr/bin/cadvisor /docker/${MONITOR.id}
  50 49 0:30 / / rw ${overlay(MONITOR)}
  ${bind}
  52 51 0:60 / /rootfs${MERGED} rw ${overlay(DEAD)}
  ${more}
`;

/** Another dead container's root in the same monitor. */
export const HELD_OTHER = `53 51 0:61 / /rootfs/var/lib/docker/overlay2/${OTHER.mountId}/merged rw ${overlay(OTHER)}`;

/** What is different about a host. */
export interface Twist {
  readonly picture?: string;
  readonly dead?: readonly ContainerState[];
  readonly monitor?: ContainerState;
  readonly directories?: readonly MountPointDirectory[];
  readonly obstacles?: Readonly<Record<string, Partial<Obstacles>>>;
  readonly tasks?: SweepState['tasks'];
  readonly unreadable?: MountView['unreadable'];
  readonly silent?: string;
  readonly version?: string;
}

/** A state as observe would make it of such a host. */
export function stateOf(twist: Twist): SweepState {
  const dead = twist.dead ?? [DEAD];
  const view = { ...viewOf(twist.picture ?? HOST + held()), unreadable: twist.unreadable ?? [] };
  const containers = [...dead, twist.monitor ?? MONITOR, WEB];
  const targets = dead.map(containerTarget);
  const look = {
    daemon: twist.silent === undefined ? ('answered' as const) : ('late' as const),
    state: {
      source: twist.silent === undefined ? ('daemon' as const) : ('disk' as const),
      ...(twist.silent === undefined ? {} : { silent: twist.silent }),
      version: twist.version ?? '20.10.24',
      driver: 'overlay2',
      dataRoot: '/var/lib/docker',
      liveRestore: false,
      daemonPid: undefined,
      containers,
    },
    listed: containers.length,
    hostTimeMs: undefined,
    directories: twist.directories ?? [],
    gaps: [],
  };
  const none = { immutable: [], missing: [], partial: [] };
  return {
    docker: look,
    targets,
    passedOver: [],
    orphans: [],
    runtimes: NOTHING_LEFT,
    stuck: [],
    tasks: twist.tasks ?? [],
    view,
    leaks: findLeaks(view, targets, livingOf(look), containers),
    bystanders: [
      { containerId: WEB.id, name: 'web', pid: 3000, startTime: '3333', namespace: 300, rootDevice: '0:31' },
    ],
    obstacles: new Map(Object.entries(twist.obstacles ?? {}).map(([id, found]) => [id, { ...none, ...found }])),
  };
}

/** Parameters as a playbook gives them, with the defaults. */
export function paramsOf(given: Partial<DeadContainersParams> = {}): DeadContainersParams {
  return deadContainersParams.parse(given);
}
