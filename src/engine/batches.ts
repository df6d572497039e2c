import { randomInt } from 'node:crypto';
import type { Batch, HostCount, HostOrder, Rollout } from '../config/play-rollout.ts';
import type { PlannedBatch, RolloutPlan } from '../core/rollout.ts';

/** What a look at a host says of its likeness to others. */
export type Signature =
  | { readonly kind: 'known'; readonly text: string }
  | { readonly kind: 'unknown'; readonly why: string };

type Steps = Omit<RolloutPlan, 'play'>;

/** Everything at once: a play without batches, and every play in check mode. */
export function planAll(hosts: readonly string[]): Steps {
  return { batches: hosts.length === 0 ? [] : [{ kind: 'all', hosts, soakMs: 0 }], likenesses: [], unlike: [] };
}

/**
 * The steps of a rollout. Percentages are of these hosts, rounded down, 1 at least; the last size repeats. With canaries,
 * one host for each signature goes first; hosts whose signature is not known stand for nobody, nobody stands for them,
 * and they come last, from the first size on.
 */
export function planBatches(
  hosts: readonly string[],
  { batches }: Rollout,
  signatures: ReadonlyMap<string, Signature> = new Map(),
): Steps {
  const [first, ...rest] = batches;
  if (first === undefined) return planAll(hosts);
  if (first.size.kind !== 'canary') {
    return { batches: cut(hosts, 'hosts', batches, hosts.length), likenesses: [], unlike: [] };
  }
  const { likenesses, unlike } = compare(hosts, signatures);
  const canaries = new Set(likenesses.map((each) => each.canary));
  const strangers = new Set(unlike.map((each) => each.host));
  const others = hosts.filter((host) => !canaries.has(host) && !strangers.has(host));
  const sizes: readonly Batch[] =
    rest.length > 0 ? rest : [{ size: { kind: 'share', percent: 100 }, soakMs: first.soakMs }];
  const canary: PlannedBatch = { kind: 'canary', hosts: [...canaries], soakMs: first.soakMs };
  return {
    batches: [
      ...(canaries.size === 0 ? [] : [canary]),
      ...cut(others, 'hosts', sizes, hosts.length),
      ...cut([...strangers], 'unknown', sizes, hosts.length),
    ],
    likenesses,
    unlike,
  };
}

/** Hosts by signature, in the order of their first host, which is the canary. */
function compare(hosts: readonly string[], signatures: ReadonlyMap<string, Signature>): Omit<Steps, 'batches'> {
  const alike = new Map<string, string[]>();
  const unlike: { host: string; why: string }[] = [];
  for (const host of hosts) {
    const seen = signatures.get(host) ?? { kind: 'unknown', why: 'it was not looked at' };
    if (seen.kind === 'unknown') unlike.push({ host, why: seen.why });
    else alike.set(seen.text, [...(alike.get(seen.text) ?? []), host]);
  }
  const likenesses = [...alike].flatMap(([signature, group]) =>
    group.slice(0, 1).map((canary) => ({ signature, canary, hosts: group })),
  );
  return { likenesses, unlike };
}

function cut(
  hosts: readonly string[],
  kind: PlannedBatch['kind'],
  sizes: readonly Batch[],
  total: number,
): readonly PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  let from = 0;
  for (let step = 0; from < hosts.length; step++) {
    const { size, soakMs } = sizes[Math.min(step, sizes.length - 1)] ?? {
      size: { kind: 'hosts', hosts: total },
      soakMs: 0,
    };
    const count = size.kind === 'canary' ? 1 : Math.max(1, countOf(size, total));
    batches.push({ kind, hosts: hosts.slice(from, from + count), soakMs });
    from += count;
  }
  return batches;
}

/** So many of that whole, rounded down. */
export function countOf(count: HostCount, total: number): number {
  return count.kind === 'hosts' ? count.hosts : Math.floor((count.percent * total) / 100);
}

/** Hosts in the order that a play wants; shuffled ones differ from run to run. */
export function inOrder<T extends { readonly name: string }>(hosts: readonly T[], order: HostOrder): readonly T[] {
  switch (order) {
    case 'inventory':
      return hosts;
    case 'reverse':
      return [...hosts].reverse();
    case 'sorted':
      return [...hosts].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    case 'shuffle':
      return shuffled(hosts);
  }
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}
