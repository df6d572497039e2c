import { UnbusyError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import { expandRange } from './host-range.ts';
import type { Inventory, InventoryHost } from './inventory-model.ts';

/** One word of a pattern: add the hosts, keep only them, or leave them out. */
interface Term {
  readonly kind: 'add' | 'keep' | 'drop';
  readonly body: string;
}

/** What is wrong with the form of a pattern, or undefined. */
export function checkPattern(pattern: string): { readonly message: string; readonly hint?: string } | undefined {
  const terms = readTerms(pattern);
  if (terms.length === 0) return { message: 'a host pattern must not be empty', hint: 'Write all, a group or a host.' };
  for (const { body } of terms) {
    if (body === '') return { message: `"${pattern}" has an empty part` };
    if (body.startsWith('~'))
      return {
        message: 'regular expressions (~) are not part of host patterns',
        hint: 'Use * and ?, or a range such as web[01:40].',
      };
    const names = expandRange(body);
    if ('message' in names) return names;
  }
  return undefined;
}

/**
 * The hosts of a pattern, narrowed by a limit, in the order of the inventory. Patterns are Ansible's: names, groups,
 * all, * and ?, ranges, lists with , or :, `:&group` to keep only its hosts, `:!group` to leave them out.
 * Throws E_NO_MATCH for a name that nobody has and for an empty result, E_USAGE for a pattern that cannot be read.
 */
export function selectHosts(inventory: Inventory, pattern: string, limit?: string): readonly InventoryHost[] {
  if (inventory.hosts.size === 0)
    throw new UnbusyError('E_NO_MATCH', `the inventory ${inventory.source} has no hosts`, {
      hint: 'Add hosts, or choose another one with -i.',
    });
  const chosen = matchPattern(inventory, pattern);
  const limited = limit === undefined ? chosen : matchPattern(inventory, limit);
  const hosts = [...inventory.hosts.values()].filter(({ name }) => chosen.has(name) && limited.has(name));
  if (hosts.length > 0) return hosts;
  const what = limit === undefined ? `the pattern "${pattern}"` : `the pattern "${pattern}" with the limit "${limit}"`;
  throw new UnbusyError('E_NO_MATCH', `${what} leaves no host of ${inventory.source}`, {
    hint: 'Run `unbusy inventory -i …` to see hosts and groups.',
  });
}

/** A limit as text; @FILE stands for the names in a file, one a line, # begins a comment. */
export function readLimit(limit: string, readText: (path: string) => string): string {
  if (!limit.startsWith('@')) return limit;
  const lines = readText(limit.slice(1))
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim());
  return lines.filter((line) => line !== '').join(',');
}

function matchPattern(inventory: Inventory, pattern: string): ReadonlySet<string> {
  const fault = checkPattern(pattern);
  if (fault !== undefined)
    throw new UnbusyError('E_USAGE', fault.message, fault.hint === undefined ? {} : { hint: fault.hint });
  const terms = readTerms(pattern).map(({ kind, body }) => ({ kind, hosts: matchBody(inventory, body, pattern) }));
  const adding = terms.filter(({ kind }) => kind === 'add');
  const chosen = new Set(adding.length === 0 ? inventory.hosts.keys() : adding.flatMap(({ hosts }) => [...hosts]));
  for (const { kind, hosts } of terms) {
    if (kind === 'keep') for (const name of chosen) if (!hosts.has(name)) chosen.delete(name);
    if (kind === 'drop') for (const name of hosts) chosen.delete(name);
  }
  return chosen;
}

function matchBody(inventory: Inventory, body: string, pattern: string): ReadonlySet<string> {
  if (body === 'all' || body === '*') return new Set(inventory.hosts.keys());
  const names = expandRange(body);
  if ('message' in names) return new Set();
  const matched = names.map((name) => ({ name, hosts: matchName(inventory, name) }));
  const strangers = matched.filter(({ hosts }) => hosts === undefined).map(({ name }) => name);
  if (strangers.length > 0)
    throw noMatch(inventory, strangers, { body, pattern, all: strangers.length === names.length });
  return new Set(matched.flatMap(({ hosts }) => [...(hosts ?? [])]));
}

/** Hosts of a group, a host or a glob; undefined if there is none of that name. */
function matchName(inventory: Inventory, name: string): readonly string[] | undefined {
  if (!/[*?]/.test(name)) return inventory.groups.get(name) ?? (inventory.hosts.has(name) ? [name] : undefined);
  const glob = new RegExp(
    `^${name
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
  );
  const groups = [...inventory.groups].filter(([group]) => glob.test(group)).flatMap(([, hosts]) => hosts);
  const hosts = [...inventory.hosts.keys()].filter((host) => glob.test(host));
  const found = [...groups, ...hosts];
  return found.length === 0 ? undefined : found;
}

/** `all`: none of the names that the body stands for exists. */
function noMatch(
  inventory: Inventory,
  strangers: readonly string[],
  { body, pattern, all }: { readonly body: string; readonly pattern: string; readonly all: boolean },
): UnbusyError {
  const [first = body] = strangers;
  const group = body.slice(0, body.indexOf('['));
  if (all && body.includes('[') && inventory.groups.has(group))
    return new UnbusyError('E_NO_MATCH', `"${body}" is no range of hosts, and a group cannot be sliced`, {
      hint: `Write ${group} for the whole group, or the names of the hosts.`,
    });
  const near = nearest(first, [...inventory.groups.keys(), ...inventory.hosts.keys()]);
  const more = strangers.length > 1 ? ` (and ${strangers.length - 1} more of ${body})` : '';
  const within = pattern === body ? '' : ` of the pattern "${pattern}"`;
  return new UnbusyError(
    'E_NO_MATCH',
    `no host and no group of ${inventory.source} is called "${first}"${more}${within}`,
    {
      hint: near === undefined ? 'Run `unbusy inventory -i …` to see hosts and groups.' : `Did you mean "${near}"?`,
    },
  );
}

/** Words between , and : outside brackets; an IPv6 address keeps its colons. */
function readTerms(pattern: string): readonly Term[] {
  const words = split(pattern, ',').flatMap((word) =>
    /^[!&]?[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i.test(word) ? [word] : split(word, ':'),
  );
  return words
    .map((word) => word.trim())
    .map((word) => {
      if (word.startsWith('&')) return { kind: 'keep', body: word.slice(1) };
      if (word.startsWith('!')) return { kind: 'drop', body: word.slice(1) };
      return { kind: 'add', body: word };
    });
}

function split(text: string, separator: string): string[] {
  const words = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '[') depth += 1;
    if (char === ']') depth -= 1;
    if (char === separator && depth <= 0) words.push('');
    else words.push(`${words.pop() ?? ''}${char}`);
  }
  return words;
}
