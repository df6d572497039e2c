import type { Finding } from '../../core/findings.ts';
import { printable } from '../../core/text.ts';
import { CAUSE_WORDS, holderWords, place, REMEDY_WORDS } from '../../mounts/leak-words.ts';
import type { AskedMount, LeakedMountsState } from './state.ts';

/** One line a holder and owner, never one a mount. */
export function findingsOf(state: LeakedMountsState): readonly Finding[] {
  const groups = new Map<string, AskedMount[]>();
  for (const each of state.mounts) {
    const key = `${each.leak.target.id}:${each.leak.namespace}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].flatMap(([key, mounts]) => {
    const [first] = mounts;
    if (first === undefined || first.guard?.all === true) return [];
    const { leak, owner } = first;
    const where = mounts.length === 1 ? `at ${place(leak)}` : `at ${mounts.length} places`;
    return [
      {
        id: `leak:${key}`,
        kind: 'leak',
        title: `${printable(owner ?? state.asked)} is held by ${holderWords(leak.holder)}, ${where}`,
        cause: CAUSE_WORDS[leak.cause],
        remedy: REMEDY_WORDS[leak.cause],
        containerName: printable(owner ?? state.asked),
        holder: leak.holder,
        path: leak.mount.point,
        data: {
          cause: leak.cause,
          namespace: leak.namespace,
          device: leak.mount.device,
          points: mounts.map((each) => each.leak.mount.point),
          reach: leak.reach.alive,
        },
      },
    ];
  });
}
