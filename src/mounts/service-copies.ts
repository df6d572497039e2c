import { holderOf } from './holders.ts';
import { containerTarget, Identities } from './identity.ts';
import { isLiving } from './living.ts';
import type { ContainerState, MountEntry, MountNamespace, MountView } from './model.ts';
import { isBelow, relativeTo } from './paths.ts';
import { PeerGroups } from './propagation.ts';
import { type MountTree, treesOf } from './tree.ts';

/**
 * Why a copy does not go when the mount that it is a copy of goes (mount_namespaces(7), "Unmount semantics"; the parent decides).
 * private-copy: what carries the copy hears of nobody. private-origin: what carries the mount on the host tells nobody, so that
 * no copy can hear, whatever its service is set to. unheard: it should have heard, and is there.
 */
export type DeafCause = 'private-copy' | 'private-origin' | 'unheard';

/** A mount of a container or a pod in the namespace of a service, which did not or will not go with the mount that it is a copy of. */
export interface ServiceCopy {
  readonly mount: MountEntry;
  /** Whose it is, if that is known. */
  readonly container?: ContainerState;
  /** leaked: who made it has it no more, and its container does not live; latent: it will leak when those go. */
  readonly kind: 'leaked' | 'latent';
  readonly cause: DeafCause;
}

/** One namespace of a service of the host with the copies in it. */
export interface ServiceNamespace {
  /** NAME.service. */
  readonly unit: string;
  readonly namespace: MountNamespace;
  readonly copies: readonly ServiceCopy[];
}

/** Where mounts of containers and pods lie: Docker's data root, and further directories such as the kubelet's. */
export interface CopyPlaces {
  readonly dataRoot: string;
  readonly directories: readonly string[];
}

/**
 * Services of the host that live in a mount namespace of their own and keep mounts of containers or pods there. Docker's
 * own processes are none of them: they make those mounts. Containers are none either, whatever runs in them.
 */
export function serviceCopies(
  view: MountView,
  places: CopyPlaces,
  containers: readonly ContainerState[],
): readonly ServiceNamespace[] {
  const trees = treesOf(view);
  const makers = trees.filter((tree) => makesMounts(tree, view));
  const host = trees.find((tree) => tree.namespace.inode === view.hostNamespace);
  const owners = containers.map((container) => ({ target: containerTarget(container), living: isLiving(container) }));
  const look: Look = {
    places,
    makers,
    host,
    groups: new PeerGroups(trees),
    identities: new Identities(owners, trees, host),
  };
  return trees.flatMap((tree) => {
    const { namespace } = tree;
    const holder = holderOf(namespace, view, containers);
    if (namespace.inode === view.hostNamespace || holder.kind !== 'unit' || !holder.name.endsWith('.service'))
      return [];
    const copies = tree.mounts.flatMap((mount) => copyOf(look, mount, tree) ?? []);
    return copies.length === 0 ? [] : [{ unit: holder.name, namespace, copies }];
  });
}

/**
 * What is the same in two looks. The tables of one look are not of one moment: a container that was just started, or just
 * stopped, may be in a table that hears of the host's and not in the host's own.
 */
export function seenTwice(
  first: readonly ServiceNamespace[],
  second: readonly ServiceNamespace[],
): readonly ServiceNamespace[] {
  const key = ({ namespace }: ServiceNamespace, { mount, kind }: ServiceCopy) =>
    `${namespace.inode}:${mount.id}:${mount.device}:${kind}`;
  const seen = new Set(first.flatMap((each) => each.copies.map((copy) => key(each, copy))));
  return second.flatMap((each) => {
    const copies = each.copies.filter((copy) => seen.has(key(each, copy)));
    return copies.length === 0 ? [] : [{ ...each, copies }];
  });
}

interface Look {
  readonly places: CopyPlaces;
  readonly makers: readonly MountTree[];
  readonly host: MountTree | undefined;
  readonly groups: PeerGroups;
  readonly identities: Identities;
}

/** The host's namespace, and those of Docker's own processes. */
function makesMounts({ namespace }: MountTree, view: MountView): boolean {
  if (namespace.inode === view.hostNamespace) return true;
  return ['dockerd', 'containerd', 'shim'].includes(holderOf(namespace, view).kind);
}

function copyOf(look: Look, mount: MountEntry, tree: MountTree): ServiceCopy | undefined {
  if (!isOfContainers(mount, look.places)) return undefined;
  const origin = originOf(look, mount, tree);
  const container = look.identities.ownerOf(mount, tree)?.owner.target.container;
  const needed = origin !== undefined || (container !== undefined && isLiving(container));
  if (origin !== undefined && look.groups.spreadOf(origin.mount, origin.tree).some((each) => each.mount === mount)) {
    return undefined;
  }
  return {
    mount,
    ...(container === undefined ? {} : { container }),
    kind: needed ? 'latent' : 'leaked',
    cause: causeOf(look, mount, tree, origin),
  };
}

/**
 * Two levels or more below one of the directories, which spares what the storage driver and the kubelet keep mounted for
 * themselves (the data root, DRIVER, pods); or an overlay that is written below the data root, whatever it is called here.
 */
function isOfContainers(mount: MountEntry, { dataRoot, directories }: CopyPlaces): boolean {
  const roots = dataRoot === '' ? directories : [dataRoot, ...directories];
  if (roots.some((root) => (relativeTo(mount.point, root) ?? '').split('/').length > 2)) return true;
  const upper = /(?:^|,)upperdir=([^,]*)/.exec(mount.superOptions)?.[1];
  return dataRoot !== '' && upper !== undefined && isBelow(upper, dataRoot);
}

interface Origin {
  readonly tree: MountTree;
  readonly mount: MountEntry;
}

/** The mount that a copy is one of, if somebody who makes such mounts still has it. */
function originOf({ makers }: Look, copy: MountEntry, tree: MountTree): Origin | undefined {
  const seat = tree.dentryOf(copy);
  for (const maker of makers) {
    const mount = maker.mounts.find((each) => {
      if (each.device !== copy.device || each.root !== copy.root) return false;
      const own = maker.dentryOf(each);
      return each.point === copy.point || (own?.device === seat?.device && own?.path === seat?.path);
    });
    if (mount !== undefined) return { tree: maker, mount };
  }
  return undefined;
}

function causeOf(look: Look, copy: MountEntry, tree: MountTree, origin: Origin | undefined): DeafCause {
  const carrier = origin === undefined ? carrierAt(look.host, copy.point) : origin.tree.parentOf(origin.mount);
  if (carrier !== undefined && carrier.shared === undefined) return 'private-origin';
  return tree.parentOf(copy)?.master === undefined ? 'private-copy' : 'unheard';
}

/** The mount of the host in which a path lies where nothing is mounted on it any more. */
function carrierAt(host: MountTree | undefined, path: string): MountEntry | undefined {
  const covers = host?.mounts.filter((mount) => isBelow(path, mount.point)) ?? [];
  return [...covers].sort((a, b) => a.point.length - b.point.length).at(-1);
}
