import fc from 'fast-check';
import { DEAD, MONITOR, OTHER, WEB } from '../../unit/modules/dead-containers/sweep-bed.ts';

/** Words of which mount points are made: names of the dead and the living, and of nobody. */
const STEPS = [
  'rootfs',
  'data',
  'x',
  `var/lib/docker/overlay2/${DEAD.mountId}/merged`,
  `var/lib/docker/overlay2/${OTHER.mountId}/merged`,
  `var/lib/docker/overlay2/${WEB.mountId}/merged`,
  `var/lib/docker/containers/${DEAD.id}/mounts/shm`,
  `var/lib/docker/overlay2/${DEAD.mountId}`,
  `odd\\040${'f'.repeat(8)}`,
  '',
];

const layerOf = (mountId: string | undefined) =>
  `lowerdir=/l,upperdir=/var/lib/docker/overlay2/${mountId}/diff,workdir=/w`;

/** File systems: device, root, type, source, options of the super block. */
const FILE_SYSTEMS = [
  `0:60 / overlay overlay rw,${layerOf(DEAD.mountId)}`,
  `0:61 / overlay overlay rw,${layerOf(OTHER.mountId)}`,
  `0:31 / overlay overlay rw,${layerOf(WEB.mountId)}`,
  `0:30 / overlay overlay rw,${layerOf(MONITOR.mountId)}`,
  '8:1 / ext4 /dev/sda1 rw',
  `8:1 /var/lib/docker/overlay2/${DEAD.mountId} ext4 /dev/sda1 rw`,
  '8:1 /srv//deleted ext4 /dev/sda1 rw',
  '0:70 / tmpfs shm rw',
  '0:71 / tmpfs cache rw',
  '8:17 / xfs /dev/sdb1 rw',
  `253:4 / ext4 /dev/mapper/docker-8:1-5-${DEAD.mountId} rw`,
  '0:4 / proc proc rw',
];

const mount = fc.record({
  parent: fc.nat({ max: 8 }),
  step: fc.constantFrom(...STEPS),
  system: fc.constantFrom(...FILE_SYSTEMS),
  shared: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 3 }),
  master: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 2 }),
});

/** Who lives in a namespace: a container, a unit, a thread, dockerd, nobody. */
const TASKS = [
  `task 2000 2000 4711 cadvisor /usr/bin/cadvisor /docker/${MONITOR.id}`,
  `task 3000 3000 3333 nginx /usr/sbin/nginx /system.slice/docker-${WEB.id}.scope`,
  'task 4000 4000 5 agent /opt/agent /system.slice/agent.service',
  'task 5000 5001 6 thread /opt/thread /user.slice/user-0.slice/session-1.scope',
  'task 6000 6000 7 dockerd /usr/bin/dockerd /system.slice/docker.service',
  'pin /run/kept/mnt',
];

const space = fc.record({
  lives: fc.constantFrom(...TASKS),
  user: fc.constantFrom(9, 9, 9, 10),
  root: fc.constantFrom(...FILE_SYSTEMS),
  shared: fc.option(fc.integer({ min: 1, max: 5 })),
  mounts: fc.array(mount, { minLength: 1, maxLength: 8 }),
});

type Space = typeof space extends fc.Arbitrary<infer T> ? T : never;
type Twin = typeof twin extends fc.Arbitrary<infer T> ? T : never;

/** A copy of the first namespace beside the host, with the same peer groups, in which some file systems are others. */
const twin = fc.record({
  lives: fc.constantFrom(...TASKS),
  systems: fc.array(fc.option(fc.constantFrom(...FILE_SYSTEMS), { freq: 2 }), { minLength: 8, maxLength: 8 }),
});

/** Pictures of hosts as viewOf reads them: a host and further namespaces that share groups, devices, places and names. */
export const pictures: fc.Arbitrary<string> = fc
  .tuple(space, fc.array(space, { minLength: 1, maxLength: 2 }), fc.option(twin, { freq: 3 }))
  .map(([host, others, copy]) =>
    [
      'host 100\nown 100',
      spaceText(100, {
        ...host,
        lives: 'task 1 1 10 systemd /usr/lib/systemd/systemd /init.scope',
        root: '8:1 / ext4 /dev/sda1 rw',
        user: 9,
      }),
      ...others.map((each, index) => spaceText(200 + 100 * index, each)),
      ...(copy === null ? [] : others.slice(0, 1).map((each) => spaceText(600, { ...each, ...changed(each, copy) }))),
    ].join('\n'),
  );

function changed({ mounts }: Space, { lives, systems }: Twin): Pick<Space, 'lives' | 'mounts'> {
  return { lives, mounts: mounts.map((each, index) => ({ ...each, system: systems[index] ?? each.system })) };
}

function spaceText(inode: number, { lives, user, root, shared, mounts }: Space): string {
  const rows = [line(inode * 10, 1, '/', root, shared, null)];
  const points = ['/'];
  mounts.forEach((each, index) => {
    const parent = each.parent % points.length;
    const top = points[parent] === '/' ? '' : points[parent];
    const point = each.step === '' ? (points[parent] ?? '/') : `${top}/${each.step}`;
    points.push(point);
    rows.push(line(inode * 10 + 1 + index, inode * 10 + parent, point, each.system, each.shared, each.master));
  });
  return [`ns ${inode} user ${user}`, lives, ...rows].join('\n');
}

function line(
  id: number,
  parent: number,
  point: string,
  system: string,
  shared: number | null,
  master: number | null,
): string {
  const [device, root, ...rest] = system.split(' ');
  const tags = [...(shared === null ? [] : [`shared:${shared}`]), ...(master === null ? [] : [`master:${master}`])];
  return [id, parent, device, root, point, 'rw', ...tags, '-', ...rest].join(' ');
}
