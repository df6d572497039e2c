import type { Finding } from '../../core/findings.ts';
import { printable } from '../../core/text.ts';
import type { LeakedMount } from '../../mounts/leak.ts';
import { CAUSE_WORDS, holderWords, place, REMEDY_WORDS } from '../../mounts/leak-words.ts';
import { ownerWords } from '../../mounts/runtime-leaks.ts';
import type { RuntimeFindings } from '../../programs/look-at-runtimes.ts';

/** Who has it, what of it, and how a playbook names it. */
interface Held {
  readonly key: string;
  readonly owner: string;
  /** What is known of its life, in words that follow the owner. */
  readonly life: string;
  readonly leak: LeakedMount;
  readonly ask: string;
  readonly containerId?: string;
}

/** What a scan shows of containerd, podman, CRI-O and the kubelet: one line an owner and holder. */
export function runtimeFindings({ leaks, volumes, facts }: RuntimeFindings): readonly Finding[] {
  const held: readonly Held[] = [
    ...leaks.map(({ owner, standing, leak }): Held => {
      const { key, kind, id, layer } = owner;
      const ask =
        kind === 'netns'
          ? `path=${leak.target.id}`
          : id === undefined && kind === 'containerd'
            ? `device=${leak.mount.device}`
            : `container=${id ?? layer?.layer ?? ''}`;
      const full = id !== undefined && /^[0-9a-f]{64}$/.test(id) ? { containerId: id } : {};
      return {
        key,
        owner: ownerWords(owner, facts),
        life: standing.kind === 'gone' ? 'gone' : 'ended',
        leak,
        ask,
        ...full,
      };
    }),
    ...volumes.map(({ podUid, leak }): Held => {
      const owner = `a volume of pod ${podUid}`;
      return { key: `pod ${podUid}`, owner, life: 'unmounted on the host', leak, ask: `pod=${podUid}` };
    }),
  ];
  const groups = new Map<string, Held[]>();
  for (const each of held) {
    const key = `${each.key}:${each.leak.namespace}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].flatMap(([key, all]) => {
    const [first] = all;
    return first === undefined ? [] : [findingOf(key, first, all)];
  });
}

function findingOf(key: string, { owner, life, leak, ask, containerId }: Held, all: readonly Held[]): Finding {
  const where = all.length === 1 ? `at ${place(leak)}` : `at ${all.length} places`;
  return {
    id: `leak:${key}`,
    kind: 'leak',
    title: `${printable(owner)}, which is ${life}, is held by ${holderWords(leak.holder)}, ${where}`,
    cause: CAUSE_WORDS[leak.cause],
    remedy: REMEDY_WORDS[leak.cause].replace(
      'Release it',
      `Release it (leaked-mounts.yml with -e ${ask.replace(/=.*/s, '')}=…)`,
    ),
    playbook: 'leaked-mounts.yml',
    containerName: printable(owner),
    ...(containerId === undefined ? {} : { containerId }),
    holder: leak.holder,
    path: leak.mount.point,
    data: {
      cause: leak.cause,
      namespace: leak.namespace,
      device: leak.mount.device,
      points: all.map((each) => each.leak.mount.point),
      alsoHolding: leak.alsoHolding,
      reach: leak.reach.alive,
      ask,
    },
  };
}
