import type { Finding } from '../../core/findings.ts';
import { printable } from '../../core/text.ts';
import type { HeldCopy, HeldService, HolderState } from './state.ts';
import { CAUSE_WORDS, copiesWords, latentOf, leakedOf, mainCause, REMEDY_WORDS, serviceWords } from './words.ts';

/** The services that hold, by name: one line for what is gone, one for what will leak when it goes. */
export function findingsOf(state: HolderState): readonly Finding[] {
  return state.holders.flatMap((holder) => [
    ...finding(holder, 'leak', leakedOf(holder)),
    ...finding(holder, 'latent', latentOf(holder)),
  ]);
}

function finding(holder: HeldService, kind: 'leak' | 'latent', copies: readonly HeldCopy[]): readonly Finding[] {
  const [first] = copies;
  if (first === undefined) return [];
  const cause = mainCause(copies);
  const { unit, task } = holder;
  const state = kind === 'leak' ? 'gone from the host' : 'still in use, and will be kept when it goes';
  const owners = [...new Set(copies.map(({ container }) => container?.id))];
  const [owner] = owners;
  return [
    {
      id: `holder:${kind}:${unit.asked}`,
      kind,
      title: `unit ${serviceWords(holder)} holds ${copiesWords(copies)}, ${state}`,
      cause: CAUSE_WORDS[cause],
      remedy: REMEDY_WORDS[cause],
      ...(owners.length === 1 && owner !== undefined
        ? { containerId: owner, containerName: first.container?.name ?? '' }
        : {}),
      holder: {
        kind: 'unit',
        name: unit.asked,
        ...(task === undefined ? {} : { pid: task.pid, startTime: task.startTime }),
        namespace: first.namespace,
      },
      path: first.mount.point,
      data: { cause, settings: holder.settings, points: copies.map(({ mount }) => printable(mount.point)) },
    },
  ];
}
