import type { JsonObject } from '../../core/json.ts';
import { printable } from '../../core/text.ts';
import type { ForeignMount } from '../../mounts/foreign-mounts.ts';
import type { ForeignCount } from '../../programs/count-foreign-mounts.ts';

/** Mounts of containers in foreign namespaces, before and after the restart. */
export interface LeakCounts {
  readonly before: ForeignCount;
  readonly after: ForeignCount;
}

/** What an engineer has to know of it: that there are more than before and who holds them, or that they could not be counted. */
export function leakWords({ before, after }: LeakCounts): readonly string[] {
  const unknown = [...notCounted('before', before), ...notCounted('after', after)];
  if (before.kind === 'unknown' || after.kind === 'unknown') return unknown;
  if (after.mounts.length <= before.mounts.length) return [];
  const old = new Set(before.mounts.map(keyOf));
  const fresh = after.mounts.filter((mount) => !old.has(keyOf(mount)));
  const byHolder = new Map<string, number>();
  for (const { holder } of fresh) {
    const name = `${holder.kind} ${printable(holder.name)}`;
    byHolder.set(name, (byHolder.get(name) ?? 0) + 1);
  }
  const named = [...byHolder].map(([name, count]) => `${name} (${count})`).sort();
  return [
    `MORE mounts of containers in foreign namespaces than before the restart, ${after.mounts.length} after ${before.mounts.length}, new ones held by ${named.join(', ')}`,
  ];
}

/** Null: not known. */
export function leakResult({ before, after }: LeakCounts): JsonObject {
  const count = (each: ForeignCount) => (each.kind === 'known' ? each.mounts.length : null);
  return { leaks_before: count(before), leaks_after: count(after) };
}

function notCounted(when: string, count: ForeignCount): readonly string[] {
  return count.kind === 'known' ? [] : [`leaked mounts ${when} the restart were not counted: ${count.why}`];
}

function keyOf({ containerId, namespace, point }: ForeignMount): string {
  return `${containerId} ${namespace} ${point}`;
}
