import { clip } from '../core/display-width.ts';
import type { Finding } from '../core/findings.ts';
import type { HostResult } from '../core/results.ts';
import { printable } from '../core/text.ts';
import { lastFindings } from './last-findings.ts';
import type { Style } from './style.ts';

/** So many kinds of what was left are told one by one. */
const KINDS = 2;

/** Told elsewhere: gaps as what was not seen, causes by scan. */
const ELSEWHERE: ReadonlySet<Finding['kind']> = new Set(['gap', 'cause']);

interface Left {
  readonly first: Finding;
  readonly hosts: Set<string>;
  count: number;
}

/**
 * What was found on hosts that ended well, and that no task was to change: a service that was only to be named, a copy that
 * may become a leak. Hosts in trouble have told theirs with the error.
 */
export function leftLines(hosts: readonly HostResult[], style: Style, columns: number): readonly string[] {
  const kinds = [...leftOn(hosts).values()].sort((a, b) => b.hosts.size - a.hosts.size || b.count - a.count);
  const lines = kinds.slice(0, KINDS).map(({ first, hosts: on, count }) => {
    const where = `${on.size} ${on.size === 1 ? 'host' : 'hosts'}`;
    const text = `  left as it is: ${count} on ${where}, for instance ${first.title} ${style.glyph('arrow')} ${first.remedy}`;
    return style.paint('warn', clip(printable(text), columns - 1, style.glyph('cut')));
  });
  const more = kinds.length - KINDS;
  const rest = `  and ${more} more ${more === 1 ? 'kind' : 'kinds'} of what was left: see --json`;
  return [...toDoLine(hosts, style, columns), ...lines, ...(more > 0 ? [rest] : [])];
}

/** What steps left for a person to do, on any host. */
function toDoLine(hosts: readonly HostResult[], style: Style, columns: number): readonly string[] {
  const all = hosts.flatMap(({ host, tasks }) =>
    tasks.flatMap(({ changes }) => changes.flatMap(({ leaves = [] }) => leaves.map((what) => ({ host, what })))),
  );
  const [first] = all;
  if (first === undefined) return [];
  const on = new Set(all.map(({ host }) => host)).size;
  const where = `${all.length} on ${on} ${on === 1 ? 'host' : 'hosts'}`;
  const text = `  left to you: ${where}, for instance on ${first.host}: ${first.what}`;
  return [style.paint('warn', clip(printable(text), columns - 1, style.glyph('cut')))];
}

/** By kind and cause. */
function leftOn(hosts: readonly HostResult[]): ReadonlyMap<string, Left> {
  const kinds = new Map<string, Left>();
  for (const result of hosts) {
    const { host, status } = result;
    if (status !== 'ok' && status !== 'changed') continue;
    for (const finding of lastFindings(result)) {
      if (ELSEWHERE.has(finding.kind)) continue;
      const key = `${finding.kind} ${finding.cause}`;
      const left = kinds.get(key) ?? { first: finding, hosts: new Set(), count: 0 };
      left.hosts.add(host);
      left.count += 1;
      kinds.set(key, left);
    }
  }
  return kinds;
}
