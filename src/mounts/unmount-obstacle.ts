import { printable } from '../core/text.ts';
import type { LeakedMount } from './leak.ts';
import { holderWords, place } from './leak-words.ts';
import type { MountView } from './model.ts';

/**
 * Why a mount may not be unmounted in its namespace; undefined if it may. Removing its directory may still be safe. `restarter`:
 * who would restart the holder, restart_holder of a playbook or a person; the hint goes by it.
 */
export function unmountObstacle(
  view: MountView,
  leak: LeakedMount,
  restarter: 'restart_holder' | 'person',
): { why: string; hint: string } | undefined {
  const holder = holderWords(leak.holder);
  const { mount, reach } = leak;
  if (mount.point === '/' || isHostRoot(view, leak)) {
    return { why: `it is a root file system in ${holder}`, hint: `Restart ${holder} by hand.` };
  }
  if (leak.locked) {
    const stop = restarter === 'person' ? 'Stop or restart' : 'Allow restart_holder, or stop';
    return {
      why: `${holder} lives in a user namespace, which locks its mounts (umount says EINVAL)`,
      hint: `${stop} ${holder}; removing the mount-point directory frees it on Linux 3.18 and later.`,
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
  return onTheWay(view, leak, holder);
}

function onTheWay(view: MountView, leak: LeakedMount, holder: string): { why: string; hint: string } | undefined {
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
  const namespace = view.namespaces.find((each) => each.inode === leak.namespace);
  if (leak.namespace === 0 || namespace === undefined || namespace.tasks.length + namespace.pins.length === 0) {
    return { why: `there is no way into the namespace that holds ${place(leak)}`, hint: 'Run again; it may be gone.' };
  }
  return undefined;
}

/** umount(2), NOTES: a copy of the host's own root file system must never go, whatever path it has. */
function isHostRoot(view: MountView, leak: LeakedMount): boolean {
  const host = view.namespaces.find((each) => each.inode === view.hostNamespace);
  const root = host?.mounts?.findLast((mount) => mount.point === '/');
  return root !== undefined && root.device === leak.mount.device && leak.mount.root === '/';
}
