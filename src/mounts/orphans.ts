import type { LeakTarget } from './leak.ts';
import type { ContainerState, MountEntry, MountView } from './model.ts';
import { components } from './paths.ts';

/** Storage drivers of Docker that have a directory of their own name below the data root, with one entry a layer. */
const DRIVERS = 'overlay2|overlay|fuse-overlayfs|aufs/mnt|devicemapper/mnt|zfs/graph';

/**
 * Containers that have a mount in another namespace than Docker's and the host's, and that Docker does not know: it
 * forgot them while something held them. `known` must be all of its containers. What is mounted on the host alone may
 * be a container that is just being made, or an image that is being built, and is left out.
 */
export function orphanTargets(
  view: MountView,
  dataRoot: string,
  known: readonly ContainerState[],
  daemonPid: number | undefined,
): readonly LeakTarget[] {
  const names = new Set(known.flatMap((container) => [container.id, container.mountId ?? container.id]));
  const own = view.namespaces.filter(
    ({ inode, tasks }) => inode === view.hostNamespace || tasks.some((task) => task.tid === daemonPid),
  );
  const makers = new Set(own.map((namespace) => namespace.inode));
  const makersHave = new Set(own.flatMap(({ mounts = [] }) => mounts.flatMap((mount) => idsOf(mount, dataRoot))));
  const found = new Set<string>();
  for (const { inode, mounts = [] } of view.namespaces) {
    if (makers.has(inode)) continue;
    for (const mount of mounts) {
      for (const id of idsOf(mount, dataRoot)) if (!names.has(id) && !makersHave.has(id)) found.add(id);
    }
  }
  return [...found].sort().map((id) => ({
    kind: 'container',
    id,
    name: id.slice(0, 12),
    tokens: [id, `${id}-init`],
    paths: [],
  }));
}

/** The ids that a mount belongs to by what it is: the layer of an overlay, a thin device, a place of Docker's own. */
function idsOf(mount: MountEntry, dataRoot: string): readonly string[] {
  if (dataRoot === '') return [];
  const upper = /(?:^|,)upperdir=([^,]*)/.exec(mount.superOptions)?.[1];
  const thin = /^docker-\d+:\d+-\d+-([0-9a-f]{64})$/.exec(components(mount.source).at(-1) ?? '')?.[1];
  const root = escapeRegExp(dataRoot);
  const layer =
    upper === undefined ? undefined : new RegExp(`^${root}/(?:${DRIVERS})/([0-9a-f]{64})/`).exec(upper)?.[1];
  const place = new RegExp(`${root}/containers/([0-9a-f]{64})/(?:mounts/)?(?:shm|secrets)$`).exec(mount.point)?.[1];
  return [layer, thin, place].filter((id) => id !== undefined);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
