import { printable } from '../../core/text.ts';
import type { DetachPoint } from '../../mounts/detach-points.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { CAUSE_WORDS, holderWords, place } from '../../mounts/leak-words.ts';
import type { MountView } from '../../mounts/model.ts';
import { mountWitness } from '../../programs/mount-witness.ts';
import type { AskedMount, LeakChange, LeakStep } from './state.ts';

/** Its id: a directory is tried once, whatever sits on it. */
export function directoryId(point: DetachPoint): string {
  return `rmdir:${point.namespace}:${point.directory.path}`;
}

/** Its id: namespace and mount id name one mount as long as it lives. */
export function unmountId(leak: LeakedMount, mode: 'plain' | 'lazy'): string {
  return `${mode === 'lazy' ? 'detach' : 'unmount'}:${leak.namespace}:${leak.mount.id}`;
}

/** The change that removes a mount-point directory. */
export function removeDirectoryChange(point: DetachPoint): LeakChange {
  const { directory, leaks, namespace } = point;
  const holders = [...new Set(leaks.map((leak) => holderWords(leak.holder)))];
  const covers = leaks.map(({ namespace: where, mount }) => ({ namespace: where, id: mount.id, device: mount.device }));
  const step: LeakStep = {
    kind: 'remove-directory',
    directory: { path: directory.path, identity: directory.identity, namespace },
    covers,
  };
  const lines = leaks.slice(0, 8).map((leak) => `detaches ${place(leak)} in ${holderWords(leak.holder)}`);
  const more = leaks.length > 8 ? [`and ${leaks.length - 8} more`] : [];
  return {
    id: directoryId(point),
    title: `remove the empty directory ${printable(directory.path)}`,
    why: `what is left in ${holders.slice(0, 3).join(', ')} sits on it; Linux 3.18 and later detaches it with it`,
    risk: 'unmount',
    certainty: 'certain',
    witness: { ...step.directory, covers: leaks.length },
    blast: [...lines, ...more, 'if the kernel keeps it (before Linux 3.18), the next allowed way is taken for each'],
    step,
  };
}

/** The change that unmounts one mount in the namespace that holds it. */
export function unmountChange(view: MountView, { leak, owner }: AskedMount, mode: 'plain' | 'lazy'): LeakChange {
  const mount = mountWitness(view, leak);
  const whose = owner === undefined ? 'it was asked for' : `it is of ${printable(owner)}, which does not live`;
  const blast =
    mode === 'lazy' ? ['what still has files of it open keeps them, and no table shows the mount any more'] : [];
  return {
    id: unmountId(leak, mode),
    title: `${mode === 'lazy' ? 'detach (lazy)' : 'unmount'} ${place(leak)} in ${holderWords(leak.holder)}`,
    why: `${whose}; ${CAUSE_WORDS[leak.cause]}`,
    risk: 'unmount',
    certainty: 'certain',
    witness: { ...mount, parentShared: mount.parentShared ?? null },
    ...(blast.length === 0 ? {} : { blast }),
    step: { kind: 'unmount', mode, mount },
  };
}
