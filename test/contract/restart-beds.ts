import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordUndo } from '../../src/programs/record-undo.ts';
import { DockerdUnitWorld } from '../support/dockerd-unit-world.ts';
import { type ShellKind, shellKinds } from '../support/shells.ts';
import type { KitWorld, ModuleBed } from './module-kit.ts';

/** A host with stand-ins for systemd and dockerd; `changed`: a file that dockerd depends on was written after its start. */
async function openUnit(sandbox: string, changed: boolean): Promise<KitWorld> {
  const world = new DockerdUnitWorld(sandbox);
  world.container('web', 'always');
  const session = world.host(shellKinds()[0] as ShellKind);
  if (changed) {
    const path = join(sandbox, 'etc/change.conf');
    const kept = await recordUndo(session, { unit: 'docker.service', path });
    if (kept.kind !== 'done') throw new Error(`nothing was kept: ${kept.kind}`);
    writeFileSync(path, 'new');
  }
  return {
    session,
    picture: () => world.picture(),
    run: (commandLine) => {
      world.systemctl(...commandLine.split(' '));
      return Promise.resolve('');
    },
    close: () => Promise.resolve(world.close()),
  };
}

/** Beds of docker_restart. */
export const RESTART_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  docker_restart: [
    {
      name: 'a change that dockerd has not read',
      lay: () => ({}),
      // Somebody else restarts it meanwhile.
      disturb: (_sandbox, world) => world.run?.('restart docker.service'),
      callsHost: true,
      open: (sandbox) => openUnit(sandbox, true),
    },
    { name: 'as wanted', lay: () => ({}), callsHost: true, open: (sandbox) => openUnit(sandbox, false) },
  ],
};
