import type { LabHost } from '../host.ts';
import { listContainers, removeContainers } from './containers.ts';
import { plantFrozenWriter } from './frozen.ts';
import { cadvisor } from './holders.ts';
import { type DeadContainer, genuine } from './model.ts';

/** A dead container whose process cannot end, and what lets it end. */
export interface PlantedFrozenRemoval {
  readonly dead: DeadContainer;
  /** The pid in state D, as the host counts. */
  readonly pid: number;
  undo(): Promise<void>;
}

/**
 * A removal by force of a container that waits for a frozen file system, and that a monitor holds. Docker believes in
 * its end only since its shim was killed, as by a lack of memory: until then it calls the container running.
 */
export async function plantFrozenRemoval(host: LabHost): Promise<PlantedFrozenRemoval> {
  const { container, pid, undo } = await plantFrozenWriter(host);
  await cadvisor(host);
  await host.must(`kill -KILL "$(awk '{ print $4 }' /proc/${pid}/stat)"`);
  const removal = (await removeContainers(host, [container.id])).get(container.id) ?? { code: -1, error: 'no answer' };
  const status = (await listContainers(host)).get(container.id);
  genuine(removal.error.includes('device or resource busy'), 'docker rm was not busy', removal.error);
  genuine(status !== undefined, 'docker does not list it any more');
  genuine((await host.must(`awk '{ print $3 }' /proc/${pid}/stat`)) === 'D', 'its process has ended');
  return { dead: { ...container, removal, status }, pid, undo };
}
