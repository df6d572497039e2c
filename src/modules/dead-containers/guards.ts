import type { Refusal } from '../../core/results.ts';
import { printable } from '../../core/text.ts';
import type { LeakedMount, LeakTarget } from '../../mounts/leak.ts';
import { neverName } from './never.ts';
import type { DeadContainersParams } from './params.ts';
import type { SweepState } from './state.ts';
import { holderWords, place } from './words.ts';

/** Why nothing at all is done for a container; undefined if something may be. */
export function targetObstacle(
  state: SweepState,
  target: LeakTarget,
  params: DeadContainersParams,
): Refusal | undefined {
  const what = `container ${target.name}`;
  const task = livingTask(state, target);
  if (task !== undefined) {
    return {
      what,
      why: `Docker calls it dead, but its ${task} still lives; nothing was done`,
      hint: 'End the process. If it is in state D, repair what it waits for; no signal and no unmount helps.',
    };
  }
  const [gap] = state.view?.unreadable ?? [];
  if (gap !== undefined) {
    const more = (state.view?.unreadable.length ?? 1) - 1;
    const who = gap.pid > 0 ? `process ${gap.pid}` : 'a namespace';
    return {
      what,
      why: `${who} could not be looked at${more > 0 ? ` (and ${more} more)` : ''}: ${printable(gap.why)}; so it is not known what else uses it`,
      hint: 'Run as root with CAP_SYS_PTRACE, outside of a container.',
    };
  }
  return guarded(state, target, params.never);
}

function guarded(state: SweepState, target: LeakTarget, never: readonly string[]): Refusal | undefined {
  const found = state.leaks.leaks
    .filter((leak) => leak.target === target)
    .map((leak) => ({ leak, name: neverName(state, leak, never) }))
    .find(({ name }) => name !== undefined);
  if (found === undefined) return undefined;
  return {
    what: `container ${target.name}`,
    why: `${holderWords(found.leak.holder)} holds it, and ${printable(found.name ?? '')} is on the never list; nothing was done`,
    hint: 'Take it off `never`, or restart it by hand.',
  };
}

/** A task in the container's own cgroup, in words; a dead container has none. */
function livingTask(state: SweepState, target: LeakTarget): string | undefined {
  const left = state.tasks.find((each) => each.containerId === target.id);
  if (left !== undefined) {
    const waits = left.waitsIn === '' ? '' : `, waiting in ${printable(left.waitsIn)}`;
    return `process ${left.tid} (${printable(left.command)}, state ${left.state}${waits})`;
  }
  const tasks = state.view?.namespaces.flatMap((namespace) => namespace.tasks) ?? [];
  const task = tasks.find((each) => each.containerId === target.id);
  return task === undefined ? undefined : `process ${task.tid} (${printable(task.command)})`;
}

/** Why a mount may not be unmounted in its namespace; undefined if it may. Removing its directory may still be safe. */
export function unmountObstacle(state: SweepState, leak: LeakedMount): { why: string; hint: string } | undefined {
  const holder = holderWords(leak.holder);
  const { mount, reach } = leak;
  if (mount.point === '/' || isHostRoot(state, leak)) {
    return { why: `it is a root file system in ${holder}`, hint: `Restart ${holder} by hand.` };
  }
  if (leak.locked) {
    return {
      why: `${holder} lives in a user namespace, which locks its mounts (umount says EINVAL)`,
      hint: `Allow restart_holder, or stop ${holder}; removing the mount-point directory frees it on Linux 3.18 and later.`,
    };
  }
  if (reach.alive.length > 0) {
    return {
      why: `unmounting it in ${holder} would also unmount it for what lives: ${reach.alive.map((each) => printable(each)).join(', ')}`,
      hint: `Stop ${holder}, or start it with its binds as rslave.`,
    };
  }
  if (reach.unknown !== undefined) {
    return {
      why: `it is not known how far an unmount in ${holder} would reach: ${printable(reach.unknown)}`,
      hint: 'Mend what could not be looked at, or restart the holder by hand.',
    };
  }
  return onTheWay(state, leak, holder);
}

function onTheWay(state: SweepState, leak: LeakedMount, holder: string): { why: string; hint: string } | undefined {
  if (leak.foreignBelow.length > 0) {
    const points = leak.foreignBelow.slice(0, 3).map((mount) => printable(mount.point));
    return {
      why: `other mounts lie on it in ${holder}: ${points.join(', ')}`,
      hint: 'Unmount those first, if nothing needs them.',
    };
  }
  const [hider] = leak.stackedAbove;
  if (hider !== undefined) {
    return {
      why: `another mount hides it in ${holder}: ${printable(hider.point)}, so its path leads elsewhere`,
      hint: 'Unmount that first, if nothing needs it.',
    };
  }
  const namespace = state.view?.namespaces.find((each) => each.inode === leak.namespace);
  if (leak.namespace === 0 || namespace === undefined || namespace.tasks.length + namespace.pins.length === 0) {
    return { why: `there is no way into the namespace that holds ${place(leak)}`, hint: 'Run again; it may be gone.' };
  }
  return undefined;
}

/** umount(2), NOTES: a copy of the host's own root file system must never go, whatever path it has. */
function isHostRoot(state: SweepState, leak: LeakedMount): boolean {
  const host = state.view?.namespaces.find((each) => each.inode === state.view?.hostNamespace);
  const root = host?.mounts?.findLast((mount) => mount.point === '/');
  return root !== undefined && root.device === leak.mount.device && leak.mount.root === '/';
}

/** Why Docker is not asked to remove a container that nothing holds any more; undefined if it may be asked. */
export function removalObstacle(state: SweepState, target: LeakTarget): Refusal | undefined {
  const what = `docker rm ${target.name}`;
  const silent = state.docker?.state.silent;
  if (silent !== undefined) {
    return {
      what,
      why: `${silent}; another request would only wait beside the others, so none was made`,
      hint: 'Make the daemon answer again, then run this once more.',
    };
  }
  const [file] = state.obstacles.get(target.id)?.immutable ?? [];
  if (file === undefined) return undefined;
  return {
    what,
    why: `nothing holds it, but ${printable(file)} is immutable, which even root cannot remove`,
    hint: `Find out who set it; then: chattr -i ${printable(file)}`,
  };
}
