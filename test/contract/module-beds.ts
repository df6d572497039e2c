import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoId } from '../../src/demo/scenes.ts';
import { conditionOf } from '../support/condition-of.ts';
import { openNamespaceWorld } from '../support/namespace-world.ts';
import { KEEPER, openServiceWorld } from '../support/service-world.ts';
import { CONTAINER_BEDS } from './container-beds.ts';
import { HEALTH_BEDS } from './health-beds.ts';
import { INSTALLER_BEDS } from './installer-beds.ts';
import { KUBERNETES_BEDS } from './kubernetes-beds.ts';
import { LEAK_BEDS } from './leak-beds.ts';
import type { ModuleBed } from './module-kit.ts';
import { MONITOR_BEDS } from './monitor-beds.ts';
import { MOUNT_FLAGS_BEDS } from './mount-flags/beds.ts';
import { PRODUCT_BEDS } from './product-beds.ts';
import { RESTART_BEDS } from './restart-beds.ts';
import { SCHEDULE_BEDS } from './schedule-beds.ts';
import { SYSTEMD_BEDS } from './systemd-beds.ts';

const fileContent: readonly ModuleBed[] = [
  {
    name: 'a new file',
    lay: (sandbox) => ({ path: join(sandbox, 'new'), content: 'a\nb\n', mode: '0600' }),
    disturb: (sandbox) => writeFileSync(join(sandbox, 'new'), 'theirs'),
    callsHost: true,
  },
  {
    name: 'another content',
    lay: (sandbox) => {
      writeFileSync(join(sandbox, 'odd name\n'), 'old');
      return { path: join(sandbox, 'odd name\n'), content: 'new', backup: true };
    },
    disturb: (sandbox) => writeFileSync(join(sandbox, 'odd name\n'), 'theirs'),
    callsHost: true,
  },
  {
    name: 'another mode',
    lay: (sandbox) => {
      writeFileSync(join(sandbox, 'file'), 'same', { mode: 0o644 });
      return { path: join(sandbox, 'file'), content: 'same', mode: '0600' };
    },
    disturb: (sandbox) => chmodSync(join(sandbox, 'file'), 0o640),
    callsHost: true,
  },
  {
    name: 'a file that must go',
    lay: (sandbox) => {
      writeFileSync(join(sandbox, 'file'), 'here');
      return { path: join(sandbox, 'file'), state: 'absent' };
    },
    disturb: (sandbox) => writeFileSync(join(sandbox, 'file'), 'other'),
    callsHost: true,
  },
  {
    name: 'as wanted',
    lay: (sandbox) => {
      writeFileSync(join(sandbox, 'file'), 'same', { mode: 0o644 });
      return { path: join(sandbox, 'file'), content: 'same', mode: '0644' };
    },
    callsHost: true,
  },
];

const fileState: readonly ModuleBed[] = [
  {
    name: 'a new directory',
    lay: (sandbox) => ({ path: join(sandbox, 'new dir'), state: 'directory', mode: '0711' }),
    disturb: (sandbox) => mkdirSync(join(sandbox, 'new dir')),
    callsHost: true,
  },
  {
    name: 'a new empty file',
    lay: (sandbox) => ({ path: join(sandbox, 'new'), state: 'file' }),
    disturb: (sandbox) => writeFileSync(join(sandbox, 'new'), 'theirs'),
    callsHost: true,
  },
  {
    name: 'a directory of another mode',
    lay: (sandbox) => {
      mkdirSync(join(sandbox, 'dir'), { mode: 0o755 });
      return { path: join(sandbox, 'dir'), state: 'directory', mode: '0700' };
    },
    disturb: (sandbox) => chmodSync(join(sandbox, 'dir'), 0o711),
    callsHost: true,
  },
  {
    name: 'a directory that must go',
    lay: (sandbox) => {
      mkdirSync(join(sandbox, 'dir'));
      return { path: join(sandbox, 'dir'), state: 'absent' };
    },
    disturb: (sandbox) => chmodSync(join(sandbox, 'dir'), 0o711),
    callsHost: true,
  },
];

const command: readonly ModuleBed[] = [
  {
    name: 'one that creates a path',
    lay: (sandbox) => ({ argv: ['touch', 'made it'], chdir: sandbox, creates: join(sandbox, 'made it') }),
    disturb: (sandbox) => writeFileSync(join(sandbox, 'made it'), ''),
    callsHost: true,
  },
  {
    name: 'one that removes a path',
    lay: (sandbox) => {
      writeFileSync(join(sandbox, 'old'), '');
      return { shell: 'rm -f old; touch trace', chdir: sandbox, removes: join(sandbox, 'old') };
    },
    disturb: (sandbox) => rmSync(join(sandbox, 'old')),
    callsHost: true,
  },
  {
    name: 'one that only reads',
    lay: (sandbox) => ({ argv: ['ls', '-a', sandbox], changed_when: conditionOf('false') }),
    callsHost: true,
  },
];

const assertion: readonly ModuleBed[] = [
  { name: 'a condition that holds', lay: () => ({ that: [conditionOf('1 < 2')] }), callsHost: false },
];

const DEAD = { name: 'old', image: 'app:1', status: 'dead', starts: ['keeper'] } as const;
/** Kills it and waits until it is reaped: the mounts below its /proc directory go with it. */
const endProcess = (pid: string) => `p=${pid} && kill -9 "$p" && while [ -e "/proc/$p" ]; do sleep 0.02; done`;

const MERGED = `/var/lib/docker/overlay2/${demoId('bed', 'old', 'layer')}/merged`;

/** A host of namespaces with a dead container that one process still has mounted, beside one that lives. */
const openDead = (sandbox: string) =>
  openNamespaceWorld(
    { host: 'bed', containers: [{ name: 'alive', image: 'app:2', status: 'up', starts: [] }, DEAD] },
    sandbox,
  );

const deadContainers: readonly ModuleBed[] = [
  {
    name: 'a directory that detaches the leak',
    lay: () => ({ release: ['rmdir'] }),
    // Made anew: the same path, but not the directory that was seen.
    disturb: (_sandbox, world) => world.run?.(`rmdir ${MERGED} && mkdir ${MERGED}`),
    callsHost: true,
    open: openDead,
  },
  {
    name: 'a leak to unmount',
    lay: () => ({ release: ['unmount'] }),
    disturb: (_sandbox, world) =>
      world.run?.(endProcess('$(p=$(grep -lx keeper /proc/[0-9]*/comm) && basename "$(dirname "$p")")')),
    callsHost: true,
    open: openDead,
  },
  {
    name: 'nothing dead',
    lay: () => ({}),
    callsHost: true,
    open: (sandbox) => openNamespaceWorld({ host: 'bed', containers: [] }, sandbox),
  },
];

const holderPropagation: readonly ModuleBed[] = [
  {
    name: 'a service that keeps the root of what is gone',
    lay: () => ({ remedy: 'restart' }),
    disturb: (_sandbox, world) => world.run?.(endProcess(KEEPER)),
    callsHost: true,
    open: (sandbox) => openServiceWorld(sandbox, ''),
  },
  {
    name: 'a service with MountFlags=private',
    lay: () => ({ remedy: 'propagation' }),
    disturb: (_sandbox, world) => world.run?.('mkdir /etc/systemd/system/keeper.service.d'),
    callsHost: true,
    open: (sandbox) => openServiceWorld(sandbox, 'private'),
  },
  {
    name: 'a service that is only to be named',
    lay: () => ({}),
    callsHost: true,
    open: (sandbox) => openServiceWorld(sandbox, 'private'),
  },
];

/** A bed, or several, for every module that a playbook can ask for. */
export const BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  assert: assertion,
  command,
  dead_containers: deadContainers,
  docker_mount_flags: MOUNT_FLAGS_BEDS,
  file_content: fileContent,
  file_state: fileState,
  holder_propagation: holderPropagation,
  ...CONTAINER_BEDS,
  ...HEALTH_BEDS,
  ...INSTALLER_BEDS,
  ...KUBERNETES_BEDS,
  ...LEAK_BEDS,
  ...MONITOR_BEDS,
  ...PRODUCT_BEDS,
  ...RESTART_BEDS,
  ...SCHEDULE_BEDS,
  ...SYSTEMD_BEDS,
};
