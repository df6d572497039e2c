import type { Finding, Holder } from '../core/findings.ts';
import { printable } from '../core/text.ts';
import { foldHosts } from './fold-hosts.ts';
import { count } from './story.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** A finding with the host that it was found on. */
export interface HostFinding {
  readonly host: string;
  readonly finding: Finding;
}

interface Row {
  readonly hosts: string[];
  readonly containers: string[];
  /** How many findings it stands for. */
  count: number;
  readonly kind: Finding['kind'];
  /** Told only if there is one; a leak's title says nothing that its columns do not. */
  readonly titles: string[];
  readonly holders: string[];
  readonly cause: string;
  readonly remedy: string;
}

const KINDS: readonly Finding['kind'][] = [
  'leak',
  'dead-container',
  'daemon',
  'health',
  'not-a-leak',
  'gap',
  'latent',
  'cause',
];

const WHAT: Readonly<Record<Finding['kind'], string>> = {
  leak: 'leaked mount',
  'dead-container': 'dead container',
  'not-a-leak': 'not a leak',
  latent: 'leak in waiting',
  daemon: 'daemon',
  health: 'health',
  gap: 'not seen',
  cause: 'cause',
};

/**
 * Findings as a table: host, container, what, held by; below each row the cause and the remedy, which are sentences.
 * Findings that differ only in host, container or pid become one row. Empty for no finding.
 */
export function renderFindings(findings: readonly HostFinding[], style: Style, columns: number): readonly string[] {
  const rows = foldRows(findings);
  if (rows.length === 0) return [];
  return renderTable(
    ['HOST', 'CONTAINER', 'WHAT', 'HELD BY'],
    rows.map((row) => ({
      cells: [foldHosts(row.hosts), few(row.containers), whatText(row), few(row.holders)].map((cell) =>
        printable(cell),
      ),
      below: [
        ...(row.titles.length === 1 ? row.titles.map((title) => printable(title)) : []),
        ...(row.cause === '' ? [] : [`why: ${printable(row.cause)}`]),
        ...(row.remedy === '' ? [] : [`${style.glyph('arrow')} ${printable(row.remedy)}`]),
      ],
    })),
    style,
    columns,
  );
}

function foldRows(findings: readonly HostFinding[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { host, finding } of findings) {
    const { kind, cause, remedy, title, holder } = finding;
    const key = JSON.stringify([kind, holderName(holder), cause, remedy]);
    const empty = { hosts: [], containers: [], holders: [], titles: [], count: 0, kind, cause, remedy };
    const row: Row = rows.get(key) ?? empty;
    row.count += 1;
    addOnce(row.hosts, host);
    addOnce(row.containers, containerName(finding));
    addOnce(row.holders, holderText(holder));
    if (kind !== 'leak') addOnce(row.titles, title);
    rows.set(key, row);
  }
  const rank = ({ kind }: Row) => KINDS.indexOf(kind);
  return [...rows.values()].sort((a, b) => rank(a) - rank(b) || (a.hosts[0] ?? '').localeCompare(b.hosts[0] ?? ''));
}

function whatText({ kind, count: number }: Row): string {
  return number === 1 ? WHAT[kind] : `${WHAT[kind]} x${number}`;
}

function addOnce(list: string[], text: string): void {
  if (text !== '' && !list.includes(text)) list.push(text);
}

/** One or two are named, more are counted. */
function few(names: readonly string[]): string {
  if (names.length <= 2) return names.join(', ');
  return `${names[0]} and ${count(names.length - 1, 'other')}`;
}

function containerName(finding: Finding): string {
  const id = finding.containerId?.slice(0, 12) ?? '';
  const name = finding.containerName ?? '';
  return name === '' || name === id ? id : id === '' ? name : `${name} (${id})`;
}

function holderName(holder: Holder | undefined): string {
  return holder === undefined ? '' : `${holder.kind} ${holder.name}`;
}

function holderText(holder: Holder | undefined): string {
  if (holder === undefined) return '';
  const pid = holder.pid === undefined ? '' : ` pid ${holder.pid}`;
  return `${holderName(holder)}${pid}`;
}
