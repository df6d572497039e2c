import { printable } from '../../core/text.ts';
import type { DetachPoint, MountKey } from '../../mounts/detach-points.ts';
import type { LeakedMount, LeakTarget } from '../../mounts/leak.ts';
import { CAUSE_WORDS, holderWords, place } from '../../mounts/leak-words.ts';
import type { MountView } from '../../mounts/model.ts';
import { mountWitness } from '../../programs/mount-witness.ts';
import type { SweepChange, SweepState, SweepStep } from './state.ts';

/** The change that removes a mount-point directory. */
export function removeDirectoryChange(point: DetachPoint): SweepChange {
  const { directory, leaks } = point;
  const holders = [...new Set(leaks.map((leak) => holderWords(leak.holder)))];
  const step: SweepStep = {
    kind: 'remove-directory',
    directory: { path: directory.path, identity: directory.identity, namespace: point.namespace },
    covers: leaks.map(keyOf),
  };
  return {
    id: directoryId(point),
    title: `remove the empty directory ${printable(directory.path)}`,
    why: `the mounts of ${targetNames(leaks)} in ${listed(holders)} sit on it; Linux 3.18 and later detaches them with it`,
    risk: 'unmount',
    certainty: 'certain',
    witness: { ...step.directory, covers: leaks.length },
    blast: detached(leaks),
    step,
  };
}

/** What goes with the directory, and what comes if the kernel keeps it. */
function detached(leaks: readonly LeakedMount[]): readonly string[] {
  const lines = leaks.slice(0, 8).map((leak) => `detaches ${place(leak)} in ${holderWords(leak.holder)}`);
  const more = leaks.length > 8 ? [`and ${leaks.length - 8} more`] : [];
  return [...lines, ...more, 'if the kernel keeps it (before Linux 3.18), the next allowed way is taken for each'];
}

/** Its id: a directory is tried once, whatever sits on it. */
export function directoryId(point: DetachPoint): string {
  return `rmdir:${point.namespace}:${point.directory.path}`;
}

/** The change that unmounts one mount in the namespace that holds it. */
export function unmountChange(view: MountView, leak: LeakedMount, mode: 'plain' | 'lazy'): SweepChange {
  const mount = mountWitness(view, leak);
  const how = mode === 'lazy' ? 'detach (lazy)' : 'unmount';
  const blast =
    mode === 'lazy' ? ['what still has files of it open keeps them, and no table shows the mount any more'] : [];
  return {
    id: unmountId(leak, mode),
    title: `${how} ${place(leak)} in ${holderWords(leak.holder)}`,
    why: `${targetWords(leak.target)} is dead; ${CAUSE_WORDS[leak.cause]}`,
    risk: 'unmount',
    certainty: 'certain',
    witness: { ...mount, parentShared: mount.parentShared ?? null },
    ...(blast.length === 0 ? {} : { blast }),
    step: { kind: 'unmount', mode, mount },
  };
}

/** Its id: namespace and mount id name one mount as long as it lives. */
export function unmountId(leak: LeakedMount, mode: 'plain' | 'lazy'): string {
  return `${mode === 'lazy' ? 'detach' : 'unmount'}:${leak.namespace}:${leak.mount.id}`;
}

/** The change that restarts a holder; undefined for one that is neither a container nor a service. */
export function restartChange(leaks: readonly LeakedMount[]): SweepChange | undefined {
  const [leak] = leaks;
  const { kind, pid, startTime, containerId, name, namespace } = leak?.holder ?? {};
  const target = kind === 'container' ? containerId : kind === 'unit' ? name : undefined;
  if (leak === undefined || target === undefined || pid === undefined || startTime === undefined) return undefined;
  const holder = { kind: kind === 'container' ? 'container' : 'unit', name: target, pid, startTime } as const;
  return {
    id: restartId(leak),
    title: `restart ${holderWords(leak.holder)}`,
    why: `it holds ${targetNames(leaks)}, and nothing milder worked or is allowed`,
    risk: 'restart-holder',
    certainty: 'certain',
    witness: { ...holder, namespace: leak.namespace },
    blast: [`${holderWords(leak.holder)} stops and starts again; what it serves is away meanwhile`],
    step: { kind: 'restart', holder: { ...holder, namespace: namespace ?? leak.namespace }, covers: leaks.map(keyOf) },
  };
}

/** Its id: one restart a holder, whatever it holds. */
export function restartId(leak: LeakedMount): string {
  return `restart:${leak.holder.kind}:${leak.holder.containerId ?? leak.holder.name}`;
}

/**
 * The change that asks Docker to remove a container. While something still holds it, the change needs a look that shows
 * it free: the engine leaves it for the next round, and the plan shows it as conditional.
 */
export function removeContainerChange(state: SweepState, target: LeakTarget, free: boolean): SweepChange {
  const { id, name } = target;
  return {
    id: removeId(target),
    title: `docker rm ${name}`,
    why: free ? 'it is dead, and nothing holds it' : 'it is dead; only once a second look shows that nothing holds it',
    risk: 'file',
    certainty: free ? 'certain' : 'conditional',
    witness: { id, status: target.container?.status ?? 'dead' },
    ...(free ? {} : { needs: [`seen-free:${id}`] }),
    step: { kind: 'remove-container', id, name, watch: state.bystanders },
  };
}

/** Its id. */
export function removeId(target: LeakTarget): string {
  return `remove:${target.id}`;
}

function keyOf(leak: LeakedMount): MountKey {
  return { namespace: leak.namespace, id: leak.mount.id, device: leak.mount.device };
}

/** A container by name, with enough of its id to tell it from another of that name. */
export function targetWords(target: LeakTarget): string {
  return target.kind === 'container' ? `container ${target.name}` : printable(target.id);
}

function targetNames(leaks: readonly LeakedMount[]): string {
  return listed([...new Set(leaks.map((leak) => targetWords(leak.target)))]);
}

function listed(words: readonly string[]): string {
  return words.length <= 3 ? words.join(', ') : `${words.slice(0, 3).join(', ')} and ${words.length - 3} more`;
}
