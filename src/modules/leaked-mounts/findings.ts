import type { Finding } from '../../core/findings.ts';
import { printable } from '../../core/text.ts';
import { CAUSE_WORDS, holderWords, place, REMEDY_WORDS } from '../../mounts/leak-words.ts';
import type { AskedMount, LeakedMountsState } from './state.ts';

/** What is held; or that nothing is, where it was asked for by a word that may be misspelt. */
export function findingsOf(state: LeakedMountsState): readonly Finding[] {
  return [...absence(state), ...leaksOf(state)];
}

/** One line a holder and owner, never one a mount. */
function leaksOf(state: LeakedMountsState): readonly Finding[] {
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

/** Said aloud, so that a mistake in writing is seen: what is not mounted anywhere looks the same as what was released. */
function absence({ asked, unseen }: LeakedMountsState): readonly Finding[] {
  if (unseen?.kind !== 'clear') return [];
  return [
    {
      id: `not-a-leak:${asked}`,
      kind: 'not-a-leak',
      severity: 'info',
      title: printable(unseen.title),
      cause: unseen.ground,
      remedy: 'Check the spelling, if something was to be released',
    },
  ];
}
