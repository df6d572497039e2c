import type { LeakTarget } from './leak.ts';
import type { ContainerState, MountEntry } from './model.ts';
import { components, isWithin, lastNamed } from './paths.ts';
import { type Dentry, dentryUnder, type MountTree } from './tree.ts';

/** Someone who may own mounts: a target that should be gone, or a container that lives. */
export interface Owner {
  readonly target: LeakTarget;
  readonly living: boolean;
}

/** How a mount was recognised: directories of its overlay, name of its device, its place, its device number, or what it sits on. */
export type Mark = 'layers' | 'source' | 'place' | 'device' | 'dentry';

/** A container as something to look for; its tokens are its id, its layer directory and the -init twins. */
export function containerTarget(container: ContainerState): LeakTarget {
  const names = [container.id, ...(container.mountId === undefined ? [] : [container.mountId])];
  return {
    kind: 'container',
    id: container.id,
    name: container.name,
    container,
    tokens: names.flatMap((name) => [name, `${name}-init`]),
    paths: container.rootPath === undefined ? [] : [container.rootPath],
  };
}

/**
 * Decides whose a mount is. A file system tells more than a place: the directories of an overlay and the name of a
 * thin device come first, then device numbers that were learned from mounts at their owner's own places, and last the
 * place, where the last full id in the path decides; what only lies there (mark place) may still be somebody else's. Ids match as whole path components only.
 */
export class Identities {
  readonly #byToken = new Map<string, Owner>();
  readonly #byDevice = new Map<string, Owner>();
  readonly #tokens: ReadonlySet<string>;
  readonly #owners: readonly Owner[];
  readonly #dentries: readonly { readonly owner: Owner; readonly dentry: Dentry }[];

  constructor(owners: readonly Owner[], trees: readonly MountTree[], host: MountTree | undefined) {
    this.#owners = owners;
    for (const owner of owners) {
      for (const token of owner.target.tokens) this.#byToken.set(token, owner);
      if (owner.target.kind === 'device') this.#byDevice.set(owner.target.id, owner);
    }
    this.#tokens = new Set(this.#byToken.keys());
    this.#dentries = owners.flatMap((owner) => {
      if (owner.target.kind !== 'path') return [];
      return (host === undefined ? [] : dentriesAt(host, owner.target.id)).map((dentry) => ({ owner, dentry }));
    });
    for (const tree of trees) for (const mount of tree.mounts) this.#learn(mount, tree);
    if (host !== undefined) for (const owner of owners) this.#learnPath(owner, host);
  }

  /** Whose mount it is, and how that is known; undefined if it belongs to nobody we look for. */
  ownerOf(mount: MountEntry, tree: MountTree): { readonly owner: Owner; readonly mark: Mark } | undefined {
    const layers = this.#byLayers(mount);
    if (layers !== undefined) return { owner: layers, mark: 'layers' };
    const source = this.#bySource(mount);
    if (source !== undefined) return { owner: source, mark: 'source' };
    const device = this.#byDevice.get(mount.device);
    if (device !== undefined) return { owner: device, mark: 'device' };
    const named = lastNamed(mount.point, this.#tokens);
    const place = named === undefined ? undefined : this.#byToken.get(named);
    const onAsked = this.#byDentry(mount, tree);
    // A monitor sees the host a second time below its own root: what lies there is the host's, unless it sits on a directory of its own.
    if (place !== undefined && (onAsked === undefined || !this.#liesOnForeign(mount, tree))) {
      return { owner: place, mark: 'place' };
    }
    return onAsked === undefined ? undefined : { owner: onAsked, mark: 'dentry' };
  }

  /** Who asked about the directory that it sits on. */
  #byDentry(mount: MountEntry, tree: MountTree): Owner | undefined {
    const seat = this.#dentries.length === 0 ? undefined : tree.dentryOf(mount);
    if (seat === undefined) return undefined;
    return this.#dentries.find(({ dentry }) => seat.device === dentry.device && isWithin(seat.path, dentry.path))
      ?.owner;
  }

  /** True if what carries it is known, and is no file system of anybody whom we look for. */
  #liesOnForeign(mount: MountEntry, tree: MountTree): boolean {
    const parent = tree.parentOf(mount);
    if (parent === undefined) return false;
    return (this.#byLayers(parent) ?? this.#bySource(parent) ?? this.#byDevice.get(parent.device)) === undefined;
  }

  /** Learns the device of a whole file system that is mounted at a place that only its owner has. A living owner wins. */
  #learn(mount: MountEntry, tree: MountTree): void {
    if (mount.root !== '/' || tree.parentOf(mount)?.device === mount.device) return;
    const owner = this.#byLayers(mount) ?? this.#bySource(mount) ?? this.#byOwnPlace(mount);
    if (owner === undefined) return;
    const known = this.#byDevice.get(mount.device);
    if (known === undefined || (owner.living && !known.living)) this.#byDevice.set(mount.device, owner);
  }

  /** A file system that the host has mounted at the path that is asked about, and nowhere else, is meant wherever it is. */
  #learnPath(owner: Owner, host: MountTree): void {
    if (owner.target.kind !== 'path') return;
    for (const mount of host.mounts) {
      if (mount.point !== owner.target.id || mount.root !== '/' || this.#byDevice.has(mount.device)) continue;
      const others = host.mounts.filter((each) => each.device === mount.device && !isWithin(each.point, mount.point));
      if (others.length === 0) this.#byDevice.set(mount.device, owner);
    }
  }

  #byOwnPlace(mount: MountEntry): Owner | undefined {
    if (!OWN_TYPE.test(mount.fstype)) return undefined;
    const exact = this.#owners.find((owner) => owner.target.paths.includes(mount.point));
    if (exact !== undefined) return exact;
    const token = OWN_PLACE.exec(mount.point)?.[1];
    return token === undefined ? undefined : this.#byToken.get(token);
  }

  #byLayers(mount: MountEntry): Owner | undefined {
    if (!mount.fstype.includes('overlay')) return undefined;
    for (const option of mount.superOptions.split(',')) {
      if (!/^(?:upperdir|workdir)=/.test(option)) continue;
      for (const part of components(option.slice(option.indexOf('=') + 1))) {
        const owner = this.#byToken.get(part);
        if (owner !== undefined) return owner;
      }
    }
    return undefined;
  }

  #bySource(mount: MountEntry): Owner | undefined {
    const parts = components(mount.source);
    const thin = /^docker-\d+:\d+-\d+-([0-9a-f]+(?:-init)?)$/.exec(parts.at(-1) ?? '')?.[1];
    if (thin !== undefined) return this.#byToken.get(thin);
    if (mount.fstype !== 'zfs') return undefined;
    return parts.map((part) => this.#byToken.get(part)).find((owner) => owner !== undefined);
  }
}

/** Types that hold one container alone when they lie at its place; a disk there may be anybody's. */
const OWN_TYPE = /^(?:overlay|aufs|fuse-overlayfs|fuse\.fuse-overlayfs|tmpfs|mqueue)$/;

/** Places at the end of a path where Docker, containerd and CRI-O mount a file system of one container alone. */
const OWN_PLACE = /\/([^/]+)(?:\/(?:merged|rootfs|shm|mqueue|secrets|mounts\/shm|mounts\/secrets))?$/;

/** The directories that a path of the host stands for: what is mounted there sits on it, whatever it is called elsewhere. */
function dentriesAt(host: MountTree, path: string): readonly Dentry[] {
  const found: Dentry[] = [];
  for (const mount of host.mounts) {
    if (mount.point === path) {
      const seat = host.dentryOf(mount);
      if (seat !== undefined) found.push(seat);
    }
  }
  if (found.length > 0) return found;
  const cover = host.mounts
    .filter((mount) => isWithin(path, mount.point))
    .sort(byLength)
    .at(-1);
  const dentry = cover === undefined ? undefined : dentryUnder(cover, path);
  return dentry === undefined ? [] : [dentry];
}

function byLength(a: MountEntry, b: MountEntry): number {
  return a.point.length - b.point.length || a.id - b.id;
}
