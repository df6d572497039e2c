import type { Holder } from '../core/findings.ts';
import type { LeakCause, LeakTarget } from './leak.ts';
import type { MountEntry, MountView } from './model.ts';
import type { MountTree } from './tree.ts';

/** Why a namespace still has a mount that should be gone; the first that holds, from the outside in. */
export function causeOf(
  target: LeakTarget,
  mount: MountEntry,
  tree: MountTree,
  holder: Holder,
  view: MountView,
): LeakCause {
  const { namespace } = tree;
  if (namespace.inode === view.hostNamespace) return 'still-mounted-on-host';
  if (holder.containerId !== undefined && holder.containerId === target.container?.id) return 'process-of-container';
  if (holder.kind === 'pinned') return 'pinned-namespace';
  if (namespace.tasks.length > 0 && namespace.tasks.every((task) => task.tid !== task.pid)) return 'thread-namespace';
  if (holder.kind === 'shim' || holder.kind === 'dockerd' || holder.kind === 'containerd') return 'mount-flags-split';
  if (holder.kind === 'unit' && hasPrivateTmp(tree)) return 'private-tmp';
  const parent = tree.parentOf(mount);
  if (parent !== undefined && parent.shared === undefined && parent.master === undefined) return 'private-propagation';
  return 'unknown';
}

/** systemd.exec(5), PrivateTmp=: /tmp and /var/tmp are binds of a directory systemd-private-BOOTID-UNIT-XXXXXX. */
function hasPrivateTmp(tree: MountTree): boolean {
  return tree.mounts.some((mount) => /\/systemd-private-[^/]+\/tmp$/.test(mount.root));
}
