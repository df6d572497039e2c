import type { Finding } from '../../core/findings.ts';
import { CAUSE_WORDS, REMEDY_WORDS } from '../../mounts/leak-words.ts';
import type { HeldMount, MonitorState } from './state.ts';

/** One line for each monitor and kind of owner, never one a mount. */
export function findingsOf({ held, latent }: MonitorState): readonly Finding[] {
  const gone = held.filter(({ owner }) => owner !== 'live');
  return [
    ...findingsOfKind('leak', gone),
    ...findingsOfKind('latent', [...held.filter(({ owner }) => owner === 'live'), ...latent]),
  ];
}

function findingsOfKind(kind: 'leak' | 'latent', all: readonly HeldMount[]): readonly Finding[] {
  const byMonitor = new Map<string, HeldMount[]>();
  for (const each of all) byMonitor.set(each.monitor.id, [...(byMonitor.get(each.monitor.id) ?? []), each]);
  return [...byMonitor.values()].flatMap((mounts) => {
    const [first] = mounts;
    if (first === undefined) return [];
    const { leak, monitor } = first;
    const owners = new Set(mounts.map((each) => each.leak.target.id)).size;
    const whose = kind === 'leak' ? 'stopped or dead container' : 'running container';
    return [
      {
        id: `${kind}:${monitor.id.slice(0, 12)}`,
        kind,
        title: `monitor ${monitor.name} holds ${count(mounts.length, 'mount')} of ${count(owners, whose)}`,
        cause: CAUSE_WORDS[leak.cause],
        remedy: REMEDY_WORDS[leak.cause],
        containerId: monitor.id,
        containerName: monitor.name,
        holder: leak.holder,
      },
    ];
  });
}

function count(many: number, word: string): string {
  return `${many} ${word}${many === 1 ? '' : 's'}`;
}
