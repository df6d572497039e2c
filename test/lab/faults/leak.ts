import type { LabHost } from '../host.ts';
import { listContainers, removeContainers, startContainer, startContainers } from './containers.ts';
import {
  cadvisor,
  nodeExporter,
  pinnedNamespace,
  privateService,
  type StartHolder,
  scratchAgent,
  strayThread,
} from './holders.ts';
import { type Container, genuine, type Holder, type HolderOfDead, type PlantedLeak } from './model.ts';
import { hostTable, mountsHeld, mountsOf } from './mounts.ts';

/** Two monitors with the classic binds hold a removed container. */
export const plantMonitors = (host: LabHost): Promise<PlantedLeak> =>
  plantLeak(host, ['app'], [cadvisor, nodeExporter]);

/** An agent from a scratch image holds a removed container: no umount can be run from its image. */
export const plantScratchAgent = (host: LabHost): Promise<PlantedLeak> => plantLeak(host, ['app'], [scratchAgent]);

/** A service with PrivateTmp= and MountFlags=private holds a removed container. */
export const plantPrivateService = (host: LabHost): Promise<PlantedLeak> => plantLeak(host, ['app'], [privateService]);

/** One thread of a process holds a removed container; its leader does not. */
export const plantStrayThread = (host: LabHost): Promise<PlantedLeak> => plantLeak(host, ['app'], [strayThread]);

/** A namespace without any process holds a removed container. */
export const plantPinnedNamespace = (host: LabHost): Promise<PlantedLeak> =>
  plantLeak(host, ['app'], [pinnedNamespace]);

/** Twenty dead containers at once under three holders. */
export const plantMany = (host: LabHost): Promise<PlantedLeak> =>
  plantLeak(
    host,
    Array.from({ length: 20 }, (_, i) => `app-${String(i + 1).padStart(2, '0')}`),
    [cadvisor, nodeExporter, scratchAgent],
  );

/**
 * Starts the victims and a bystander named `web`, then the holders, and asks Docker to remove the victims.
 * Throws unless Docker failed with EBUSY, still lists each, and every holder has what it was started to hold.
 */
export async function plantLeak(
  host: LabHost,
  victims: readonly string[],
  starts: readonly StartHolder[],
): Promise<PlantedLeak> {
  genuine(host.options.legacyRmdir === true, `${host.name} has no legacy rmdir rule, so no removal is ever busy there`);
  const { containers, holders } = await startUnderHolders(host, victims, starts);
  return removeAndProve(host, containers, holders);
}

/** The first half of `plantLeak`, for what must differ in the second: nothing is removed yet. */
export async function startUnderHolders(
  host: LabHost,
  victims: readonly string[],
  starts: readonly StartHolder[],
): Promise<{ containers: Container[]; holders: Holder[] }> {
  await startContainer(host, 'web');
  const containers = await startContainers(host, victims);
  const holders: Holder[] = [];
  for (const start of starts) holders.push(await start(host));
  return { containers, holders };
}

/** The second half of `plantLeak`. */
export async function removeAndProve(
  host: LabHost,
  containers: readonly Container[],
  holders: readonly Holder[],
): Promise<PlantedLeak> {
  const removals = await removeContainers(
    host,
    containers.map(({ id }) => id),
  );
  const listed = await listContainers(host);
  const dead = containers.map((container) => {
    const removal = removals.get(container.id) ?? { code: -1, error: 'docker rm gave no answer' };
    const status = listed.get(container.id);
    genuine(
      removal.code !== 0 && removal.error.includes('device or resource busy'),
      'docker rm was not busy',
      removal.error,
    );
    genuine(status !== undefined, `docker does not list ${container.name} any more`);
    return { ...container, removal, status };
  });
  const left = mountsOf(await hostTable(host), containers);
  genuine(left.length === 0, 'the host itself still has the mount, so this is no leak', left);
  return { dead, holders: await Promise.all(holders.map((holder) => proveHolder(host, holder, containers))) };
}

async function proveHolder(host: LabHost, holder: Holder, containers: readonly Container[]): Promise<HolderOfDead> {
  const mounts = await mountsHeld(host, holder, containers);
  genuine(mounts.length >= containers.length, `${holder.kind} ${holder.name} holds too little`, mounts.join('\n'));
  return { ...holder, mounts };
}
