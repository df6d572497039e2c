import type { MountEntry } from './model.ts';

/** Who keeps containers beside Docker. storage: the library containers/storage, with which podman and CRI-O mount. */
export type RuntimeName = 'containerd' | 'storage';

/** A place where a runtime mounts a file system of one container alone. */
export interface RuntimePlace {
  readonly runtime: RuntimeName;
  readonly what: 'rootfs' | 'shm';
  /** State directory of containerd, graph root or run root of containers/storage, as this path calls it. */
  readonly root: string;
  /** Namespace of containerd; empty for containers/storage. */
  readonly namespace: string;
  /** Id of the container or sandbox. */
  readonly id: string;
}

/** A layer that an overlay writes to: the snapshot of a containerd, or the layer of a container of containers/storage. */
export interface RuntimeLayer {
  readonly runtime: RuntimeName;
  /** Root directory of containerd, or graph root of containers/storage, as whoever mounted it called it. */
  readonly root: string;
  readonly layer: string;
  /** The directory that goes when the layer is removed. */
  readonly directory: string;
}

/** Docker's own use of containerd is told by Docker. */
const OF_DOCKER: ReadonlySet<string> = new Set(['moby', 'plugins.moby']);

/**
 * Reads a path as containerd (core/runtime/v2/bundle.go, v1.linux before 2.0, internal/cri/server/helpers.go) and
 * containers/storage make it, below whatever root. What containerd mounts for a moment (tmpmounts) is none of them.
 */
export function runtimePlace(path: string): RuntimePlace | undefined {
  if (!/\/(?:rootfs|shm)$/.test(path)) return undefined;
  const task = /^(.*)\/io\.containerd\.runtime\.(?:v2\.task|v1\.linux)\/([^/]+)\/([^/]+)\/rootfs$/.exec(path);
  if (task !== null) {
    const [, root = '', namespace = '', id = ''] = task;
    return OF_DOCKER.has(namespace) ? undefined : { runtime: 'containerd', what: 'rootfs', root, namespace, id };
  }
  const sandbox = /^(.*)\/io\.containerd\.grpc\.v1\.cri\/sandboxes\/([^/]+)\/shm$/.exec(path);
  if (sandbox !== null) {
    const [, root = '', id = ''] = sandbox;
    return { runtime: 'containerd', what: 'shm', root, namespace: 'k8s.io', id };
  }
  const shm = /^(.*)\/overlay-containers\/([0-9a-f]{64})\/userdata\/shm$/.exec(path);
  if (shm === null) return undefined;
  const [, root = '', id = ''] = shm;
  return { runtime: 'storage', what: 'shm', root, namespace: '', id };
}

/**
 * The layer that an overlay writes to, from its upperdir: whatever the mount is called, and wherever it was bound to. Docker's
 * overlay2 and overlay have other names for theirs.
 */
export function runtimeLayer({ fstype, superOptions }: MountEntry): RuntimeLayer | undefined {
  if (!fstype.includes('overlay')) return undefined;
  const upper = /(?:^|,)upperdir=([^,]*)/.exec(superOptions)?.[1];
  if (upper === undefined) return undefined;
  const snapshot = /^(.*)\/io\.containerd\.snapshotter\.v1\.[^/]+\/snapshots\/(\d+)\/fs$/.exec(upper);
  if (snapshot !== null) {
    const [, root = '', layer = ''] = snapshot;
    return { runtime: 'containerd', root, layer, directory: upper.slice(0, -'/fs'.length) };
  }
  const diff = /^(.*)\/overlay\/([0-9a-f]{64})\/diff$/.exec(upper);
  if (diff === null) return undefined;
  const [, root = '', layer = ''] = diff;
  return { runtime: 'storage', root, layer, directory: upper.slice(0, -'/diff'.length) };
}

/** Inode of the network namespace that a file of /run/netns keeps: of CNI, podman or ip-netns(8). Docker's lie elsewhere. */
export function pinnedNetwork({ fstype, root, point }: MountEntry): number | undefined {
  if (fstype !== 'nsfs' || !/\/netns\/[^/]+$/.test(point) || /\/docker\/netns\/[^/]+$/.test(point)) return undefined;
  const inode = /^net:\[(\d+)\]$/.exec(root)?.[1];
  return inode === undefined ? undefined : Number(inode);
}

/** /var/run is /run everywhere that matters here, and is configured under both names. */
export function plainRoot(path: string): string {
  return path.replace(/^\/var\/run(?=\/|$)/, '/run').replace(/(.)\/+$/, '$1');
}
