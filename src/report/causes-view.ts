import type { Finding } from '../core/findings.ts';
import type { Json } from '../core/json.ts';
import { printable } from '../core/text.ts';
import type { HostFinding } from './findings-table.ts';
import { foldHostsWithin } from './fold-hosts.ts';
import { count } from './story.ts';
import type { Style } from './style.ts';
import { wrap } from './table.ts';

/** Hosts with the same advice for the same reason. */
export interface CauseGroup {
  readonly hosts: readonly string[];
  readonly advice: string;
  readonly because: string;
  /** The row of the decision matrix. */
  readonly row: string;
  /** keep: nothing is to be changed; unknown: it could not be decided. */
  readonly decision: string;
  /** What the hosts are like, the most frequent first. */
  readonly signatures: readonly string[];
}

/** Signatures that are named; more of them are counted. */
const NAMED = 2;

/** What the hosts of a scan have in common: those that need a change first, then those that are not known, then the most hosts. */
export function foldCauses(findings: readonly HostFinding[]): readonly CauseGroup[] {
  const groups = new Map<string, { hosts: string[]; finding: Finding; signatures: string[] }>();
  for (const { host, finding } of findings) {
    if (finding.kind !== 'cause') continue;
    const key = JSON.stringify([finding.remedy, finding.cause]);
    const group = groups.get(key) ?? { hosts: [], finding, signatures: [] };
    group.hosts.push(host);
    group.signatures.push(text(finding.data?.signature));
    groups.set(key, group);
  }
  const folded = [...groups.values()].map(({ hosts, finding, signatures }) => ({
    hosts,
    advice: finding.remedy,
    because: finding.cause,
    row: text(finding.data?.row),
    decision: text(finding.data?.decision),
    signatures: byFrequency(signatures),
  }));
  return folded.sort((a, b) => urgency(a) - urgency(b) || b.hosts.length - a.hosts.length);
}

/** "212 hosts: remove MountFlags=slave, because …", with the hosts and what they are like below. */
export function renderCauses(groups: readonly CauseGroup[], style: Style, columns: number): readonly string[] {
  return groups.flatMap(({ hosts, advice, because, row, signatures }) => {
    const named = row === '' ? '' : ` (${row})`;
    const head = `${count(hosts.length, 'host')}: ${advice}, because ${because}${named}`;
    const more = signatures.length > NAMED ? [`and ${count(signatures.length - NAMED, 'other kind')} of host`] : [];
    const below = [foldHostsWithin(hosts, columns - 3), ...signatures.slice(0, NAMED), ...more];
    return [
      ...wrap(printable(head), columns - 1),
      ...below.flatMap((line) => wrap(printable(line), columns - 3)).map((line) => style.paint('dim', `  ${line}`)),
    ];
  });
}

function urgency({ decision }: CauseGroup): number {
  return decision === 'keep' ? 2 : decision === 'unknown' ? 1 : 0;
}

function byFrequency(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const each of texts) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([each]) => each);
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
