import { type DeviceStack, deviceTargets } from '../../mounts/block-devices.ts';
import { type KubeletMount, kubeletMounts, mountsOfPod } from '../../mounts/kubelet-mounts.ts';
import type { LeakTarget } from '../../mounts/leak.ts';
import type { MountView } from '../../mounts/model.ts';
import { isWithin } from '../../mounts/paths.ts';
import { ownerTargets } from '../../mounts/runtime-leaks.ts';
import type { RuntimeOwner } from '../../mounts/runtime-owners.ts';
import { containerOfLayer, type RuntimeFacts } from '../../mounts/runtime-standing.ts';
import type { RuntimeQuestion } from '../../programs/runtime-state.ts';
import type { LeakedMountsParams } from './params.ts';

/** What was asked for, in words. */
export function askedWords({ path, device, pod, container }: LeakedMountsParams): string {
  if (device !== undefined) return `device ${device}`;
  if (pod !== undefined) return `pod ${pod}`;
  return container === undefined ? `path ${path ?? ''}` : `container ${container}`;
}

/** What to look for, before anybody was asked; of a container only those that are named by their id. */
export function firstTargets(
  params: LeakedMountsParams,
  view: MountView,
  stack: DeviceStack | undefined,
): readonly LeakTarget[] {
  const { path, device, pod } = params;
  if (path !== undefined) return [pathTarget(path)];
  if (pod !== undefined) return placesOf(mountsOfPod(view, pod, ['/']));
  if (device === undefined) return [];
  if (stack !== undefined) return deviceTargets(view, stack);
  // A device that is gone may still be mounted; only its number tells then.
  return device.startsWith('/') ? [] : [{ kind: 'device', id: device, name: device, tokens: [], paths: [] }];
}

/** Whom to ask before anything is called gone: the runtimes of all that may be meant, and of the pods whose volumes may be. */
export function questionFor(
  params: LeakedMountsParams,
  owners: readonly RuntimeOwner[],
  volumes: readonly KubeletMount[],
): Pick<RuntimeQuestion, 'ask' | 'ids' | 'pods' | 'directories' | 'networks'> {
  const pods = new Set([
    ...(params.pod === undefined ? [] : [params.pod]),
    ...volumes.flatMap(({ place }) => place.podUid ?? []),
  ]);
  const containers = owners.filter(({ kind }) => kind !== 'netns');
  const kinds = new Set(containers.map(({ kind }) => kind));
  const all = pods.size > 0;
  return {
    ask: (['containerd', 'storage'] as const).filter((kind) => all || kinds.has(kind)),
    ids: [...new Set(containers.flatMap(({ id }) => id ?? []))],
    pods: [...pods],
    directories: [...new Set(containers.flatMap(({ layer }) => layer?.directory ?? []))],
    networks: owners.flatMap(({ kind, id }) => (kind === 'netns' && id !== undefined ? [id] : [])),
  };
}

/**
 * The owners that may be the container: those that it names by id or layer; only if there are none, everybody who may have one
 * of that name, as every runtime that is asked may take its time.
 */
export function ownersToAsk(
  { container, runtime }: LeakedMountsParams,
  owners: readonly RuntimeOwner[],
): readonly RuntimeOwner[] {
  const ours = owners.filter((owner) => owner.kind !== 'netns' && isOf(owner, runtime));
  const named = ours.filter(({ id, layer }) => id === container || layer?.layer === container);
  return named.length > 0 ? named : ours;
}

function isOf({ kind }: RuntimeOwner, runtime: LeakedMountsParams['runtime']): boolean {
  return runtime === undefined || kind === (runtime === 'containerd' ? 'containerd' : 'storage');
}

/** The owners that a container's name, id or layer means; names and the containers of layers are known by the runtimes alone. */
export function namedOwners(
  { container, runtime }: LeakedMountsParams,
  owners: readonly RuntimeOwner[],
  facts: RuntimeFacts,
): readonly RuntimeOwner[] {
  return owners.filter((owner) => {
    if (owner.kind === 'netns' || owner.root === undefined || !isOf(owner, runtime)) return false;
    const ofLayer = containerOfLayer(owner, facts);
    const ids = [owner.id, owner.layer?.layer, ofLayer?.id].filter((id) => id !== undefined);
    const names = facts.known.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
    const words = [...ids, ofLayer?.name, ...names];
    const begins = /^[0-9a-f]{12,63}$/.test(container ?? '') && ids.some((id) => id.startsWith(container ?? ''));
    return begins || words.includes(container);
  });
}

/** The targets of owners. */
export function targetsOf(view: MountView, owners: readonly RuntimeOwner[]): readonly LeakTarget[] {
  return owners.flatMap((owner) => ownerTargets(view, owner));
}

/** Volumes of the kubelet's that the targets mean, by their device or by the place they are at. */
export function volumesMeant(view: MountView, targets: readonly LeakTarget[]): readonly KubeletMount[] {
  const devices = new Set(targets.flatMap(({ kind, id }) => (kind === 'device' ? [id] : [])));
  const places = targets.flatMap(({ kind, id }) => (kind === 'path' ? [id] : []));
  return kubeletMounts(view, ['/']).filter(
    ({ mount, hostPath }) =>
      devices.has(mount.device) || (hostPath !== undefined && places.some((place) => isWithin(hostPath, place))),
  );
}

function placesOf(volumes: readonly KubeletMount[]): readonly LeakTarget[] {
  const places = new Set(volumes.flatMap(({ hostPath }) => hostPath ?? []));
  return [...places].map(pathTarget);
}

/** By the directory alone: an id in a path may be that of somebody who lives. */
function pathTarget(path: string): LeakTarget {
  return { kind: 'path', id: path, name: path, tokens: [], paths: [] };
}
