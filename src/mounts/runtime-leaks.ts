import { pathOf } from './host-path.ts';
import type { LeakedMount, LeakTarget } from './leak.ts';
import { findLeaks } from './leaks.ts';
import type { ContainerState, MountView } from './model.ts';
import type { RuntimeOwner } from './runtime-owners.ts';
import { containerOfLayer, type RuntimeFacts, type Standing } from './runtime-standing.ts';
import { treesOf } from './tree.ts';

/** A mount of a container of containerd, podman or CRI-O that does not live. */
export interface RuntimeLeak {
  readonly owner: RuntimeOwner;
  readonly standing: Standing;
  readonly leak: LeakedMount;
}

/** An owner with what is known of its life. */
export interface StandingOwner {
  readonly owner: RuntimeOwner;
  readonly standing: Standing;
}

/**
 * Owners that may have leaked: nothing was seen to live on them, and they have a mount on the host or in somebody else's
 * namespace. What belongs to a runtime within a container is out of reach, and what the host keeps of a network is no leak.
 */
export function suspects(owners: readonly RuntimeOwner[]): readonly RuntimeOwner[] {
  return owners.filter(({ kind, root, used, onHost }) =>
    kind === 'netns' ? onHost.length === 0 : root !== undefined && !used,
  );
}

/** What to look for: whole file systems by their numbers; a network namespace by the directory entry that keeps it. */
export function ownerTargets(view: MountView, { devices, mounts, kind, key }: RuntimeOwner): readonly LeakTarget[] {
  const base = { name: key, tokens: [], paths: [] };
  if (kind !== 'netns') return devices.map((id) => ({ ...base, kind: 'device', id }));
  const host = treesOf(view).find(({ namespace }) => namespace.inode === view.hostNamespace);
  const places = mounts.flatMap(({ tree, mount }) => {
    const seat = tree.dentryOf(mount);
    return (host === undefined || seat === undefined ? undefined : pathOf(host, seat)) ?? [];
  });
  return [...new Set(places)].map((id) => ({ ...base, kind: 'path', id }));
}

/**
 * The leaks of those that do not live, in the order of release. Of one that its runtime still knows only copies elsewhere
 * are leaks: what the host has of it is the runtime's.
 */
export function runtimeLeaks(
  view: MountView,
  judged: readonly StandingOwner[],
  living: readonly ContainerState[],
  others: readonly ContainerState[] = [],
): readonly RuntimeLeak[] {
  const byTarget = new Map<string, StandingOwner>();
  const targets: LeakTarget[] = [];
  for (const each of judged) {
    if (each.standing.kind !== 'gone' && each.standing.kind !== 'ended') continue;
    for (const target of ownerTargets(view, each.owner)) {
      byTarget.set(target.id, each);
      targets.push(target);
    }
  }
  if (targets.length === 0) return [];
  return findLeaks(view, targets, living, others).leaks.flatMap((leak) => {
    const judgement = byTarget.get(leak.target.id);
    if (judgement === undefined) return [];
    if (judgement.standing.kind === 'ended' && leak.namespace === view.hostNamespace) return [];
    return [{ ...judgement, leak }];
  });
}

/** A container in a sentence: `container web of containerd`, `a removed container of podman (layer 0f1e2d3c4b5a)`. */
export function ownerWords(owner: RuntimeOwner, facts?: RuntimeFacts): string {
  const { kind, namespace, id, layer, mounts } = owner;
  if (kind === 'netns') return `network namespace ${mounts[0]?.mount.point.split('/').at(-1) ?? id ?? ''}`;
  const runtime =
    kind === 'containerd' ? `containerd${namespace === '' ? '' : ` (${namespace})`}` : storageWords(facts);
  const container = facts === undefined ? undefined : containerOfLayer(owner, facts);
  const known = facts?.known.find((each) => each.id === (id ?? container?.id) && each.name !== '');
  const name = known?.name ?? container?.name ?? (id === undefined ? undefined : shortId(id));
  if (name !== undefined) return `container ${name} of ${runtime}`;
  return `a removed container of ${runtime} (${kind === 'containerd' ? 'snapshot' : 'layer'} ${shortId(layer?.layer ?? '')})`;
}

function storageWords(facts: RuntimeFacts | undefined): string {
  const crio = facts?.answers.some(({ runtime }) => runtime === 'crio') === true;
  const podman = facts === undefined || facts.answers.some(({ runtime }) => runtime === 'podman');
  return crio && podman ? 'podman or CRI-O' : crio ? 'CRI-O' : 'podman';
}

/** Ids of containerd may be names, and stay whole. */
function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}
