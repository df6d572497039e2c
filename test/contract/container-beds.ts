import type { JsonObject } from '../../src/core/json.ts';
import { ContainerWorld } from '../support/container-world.ts';
import { type ShellKind, shellKinds } from '../support/shells.ts';
import type { KitWorld, ModuleBed } from './module-kit.ts';

const WANTED = { name: 'cadvisor', image: 'monitor:1', args: ['-port', '8090'], settle: 0 };

/** A container as the stand-in keeps it; it differs from what is wanted in its arguments, if at all. */
function container(args: readonly string[], running: boolean): Record<string, JsonObject | string | number> {
  return {
    Id: 'a'.repeat(64),
    Name: '/cadvisor',
    Image: 'sha256:1',
    RestartCount: 0,
    State: { Status: running ? 'running' : 'exited', Running: running, Restarting: false, Pid: 1, ExitCode: 0 },
    Config: {
      Image: 'monitor:1',
      Cmd: args,
      Entrypoint: null,
      User: '',
      Env: ['PATH=/bin'],
      Labels: { made: 'by us' },
    },
    HostConfig: { Binds: null, NetworkMode: 'default', RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } },
  };
}

function open(sandbox: string, containers: readonly Record<string, JsonObject | string | number>[]): Promise<KitWorld> {
  const world = new ContainerWorld(sandbox);
  world.set({ containers: [...containers] });
  return Promise.resolve({
    session: world.host(shellKinds()[0] as ShellKind),
    picture: () => world.picture(),
    // Somebody else makes another container of that name.
    run: () => {
      world.set({ containers: [{ ...container([], false), Id: 'b'.repeat(64) }] });
      return Promise.resolve('');
    },
    close: () => Promise.resolve(world.close()),
  });
}

const disturb: ModuleBed['disturb'] = (_sandbox, world) => world.run?.('');

/** Beds of docker_container. */
export const CONTAINER_BEDS: Readonly<Record<string, readonly ModuleBed[]>> = {
  docker_container: [
    { name: 'none yet', lay: () => WANTED, disturb, callsHost: true, open: (sandbox) => open(sandbox, []) },
    {
      name: 'another one',
      lay: () => WANTED,
      disturb,
      callsHost: true,
      open: (sandbox) => open(sandbox, [container([], true)]),
    },
    {
      name: 'one that must go',
      lay: () => ({ name: 'cadvisor', state: 'absent' }),
      disturb,
      callsHost: true,
      open: (sandbox) => open(sandbox, [container([], true)]),
    },
    {
      name: 'one that must stop',
      lay: () => ({ name: 'cadvisor', state: 'stopped' }),
      disturb,
      callsHost: true,
      open: (sandbox) => open(sandbox, [container([], true)]),
    },
    {
      name: 'one that is as wanted',
      lay: () => WANTED,
      callsHost: true,
      open: (sandbox) => open(sandbox, [container(WANTED.args, true)]),
    },
  ],
};
