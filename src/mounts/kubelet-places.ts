import { components } from './paths.ts';

/**
 * A place where the kubelet, or a driver for it, mounts something. volume: of one pod; subpath: a part of a volume for one
 * container; block: the node of a raw block volume; staging: what several pods share, and whose mount a driver keeps a record of.
 */
export interface KubeletPlace {
  readonly kind: 'volume' | 'subpath' | 'block' | 'staging';
  /** The kubelet's root directory as this path calls it: /var/lib/kubelet, or what a copy of it is called. */
  readonly root: string;
  /** Uid of the pod; a static pod has the hash of its manifest. Absent for staging and for what no pod owns alone. */
  readonly podUid?: string;
  /** With ~ for the slash: kubernetes.io~csi. */
  readonly plugin?: string;
  readonly volume?: string;
  /** Of a subpath. */
  readonly container?: string;
}

/**
 * Reads a path as the kubelet makes it (Kubernetes, pkg/kubelet/kubelet_getters.go and pkg/volume/csi), whatever comes before
 * it: the root is configurable, and a copy has a prefix of its own. The last match decides. Undefined if it is no such place.
 */
export function kubeletPlace(path: string): KubeletPlace | undefined {
  if (!MAYBE.test(path)) return undefined;
  const parts = components(path);
  for (let at = parts.length - 2; at >= 0; at--) {
    const found = parts[at] === 'pods' ? ofPod(parts, at) : parts[at] === 'plugins' ? ofPlugin(parts, at) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True if it is the uid of a pod: a UUID, or 32 hex digits for a static pod. */
export function isPodUid(text: string): boolean {
  return /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/.test(text);
}

/** Both ways in which a pod's uid stands in the names of cgroups: the systemd driver writes _ for -. */
export function podCgroupTokens(uid: string): readonly string[] {
  const escaped = uid.replaceAll('-', '_');
  return escaped === uid ? [`pod${uid}`] : [`pod${uid}`, `pod${escaped}`];
}

const MAYBE = /\/(?:pods\/[0-9a-f-]{32,36}|plugins\/kubernetes\.io)\//;

/** pods/UID/{volumes,volumeDevices}/PLUGIN/VOLUME and pods/UID/volume-subpaths/VOLUME/CONTAINER/INDEX. */
function ofPod(parts: readonly string[], at: number): KubeletPlace | undefined {
  const [podUid = '', room, first, second] = parts.slice(at + 1);
  if (!isPodUid(podUid) || first === undefined || second === undefined) return undefined;
  const base = { root: rootBefore(parts, at), podUid };
  if (room === 'volumes') return { ...base, kind: 'volume', plugin: first, volume: second };
  if (room === 'volumeDevices') return { ...base, kind: 'block', plugin: first, volume: second };
  if (room === 'volume-subpaths') return { ...base, kind: 'subpath', volume: first, container: second };
  return undefined;
}

/** plugins/kubernetes.io/… : csi/DRIVER/HASH/globalmount, csi/volumeDevices/publish/VOLUME/UID, PLUGIN/mounts/…, PLUGIN/volumeDevices/…. */
function ofPlugin(parts: readonly string[], at: number): KubeletPlace | undefined {
  const [family, plugin = '', ...rest] = parts.slice(at + 1);
  if (family !== 'kubernetes.io') return undefined;
  const base = { root: rootBefore(parts, at), plugin: `kubernetes.io~${plugin}` };
  const published = rest.indexOf('publish');
  const uid = rest[published + 2];
  if (published >= 0 && rest.includes('volumeDevices') && uid !== undefined && isPodUid(uid)) {
    return { ...base, kind: 'block', podUid: uid, ...named(rest[published + 1]) };
  }
  const shared = rest.some((part) => part === 'globalmount' || part === 'mounts' || part === 'volumeDevices');
  return shared ? { ...base, kind: 'staging', ...named(rest[0] === 'pv' ? rest[1] : undefined) } : undefined;
}

function named(volume: string | undefined): { readonly volume?: string } {
  return volume === undefined ? {} : { volume };
}

function rootBefore(parts: readonly string[], at: number): string {
  return `/${parts.slice(0, at).join('/')}`;
}
