import type { ContainerState } from './model.ts';

/** True for a container that runs, or of which someone says that it does: its mounts are in use. */
export function isLiving({ status, dead, removing }: ContainerState): boolean {
  return !dead && !removing && ['running', 'paused', 'restarting'].includes(status);
}
