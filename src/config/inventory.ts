import { dirname, join } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { wordFault } from './connection-values.ts';
import { expandRange } from './host-range.ts';
import { addHost, emptyInventory, GroupReader, groupOf, type RawInventory } from './inventory-groups.ts';
import { foreignInventory } from './inventory-kind.ts';
import { completeGroups, findCycle, groupsByStrength, membersOf, mergeHosts } from './inventory-merge.ts';
import type { Inventory } from './inventory-model.ts';
import { Mistakes } from './mistakes.ts';
import { SourceText } from './source-text.ts';
import { readFailure, type TextReader } from './text-reader.ts';
import { parseYaml } from './yaml.ts';

/**
 * Reads one or several inventories and merges them in order; a later one overrides an earlier one at the same level.
 * A source is a file in the shape of Ansible's YAML inventory, or, if it has a comma, a list such as `host1,web[01:40],`.
 * Throws MistakesError (E_INVENTORY) with every mistake.
 */
export function loadInventory(sources: string | readonly string[], reader: TextReader): Inventory {
  const list = typeof sources === 'string' ? [sources] : sources;
  const mistakes = new Mistakes('E_INVENTORY');
  const raw = emptyInventory();
  for (const source of list) {
    if (source.includes(',')) readList(source, raw, mistakes);
    else readFile(source, reader, raw, mistakes);
  }
  mistakes.throwIfAny();
  completeGroups(raw);
  const cycle = findCycle(raw);
  if (cycle !== undefined) {
    const [parent = '', child = ''] = cycle.path.slice(-2);
    const place = raw.groups.get(parent)?.children.get(child);
    throw new UnbusyError('E_INVENTORY', `the group "${child}" contains itself: ${cycle.path.join(' → ')}`, {
      hint: 'Take one of these groups out of the children of the other.',
      ...(place === undefined ? {} : { place }),
    });
  }
  return finish(list.join(' '), raw);
}

function finish(source: string, raw: RawInventory): Inventory {
  const groups = groupsByStrength(raw);
  const members = membersOf(raw);
  for (const name of raw.groups.keys())
    if (raw.hosts.has(name))
      raw.notices.push({ text: `"${name}" is a group and a host; in patterns it means the group` });
  const memberLists = new Map([...members].map(([name, hosts]) => [name, [...hosts]]));
  const grouped = new Set(
    [...raw.groups.values()].filter(({ name }) => name !== 'all').flatMap(({ hosts }) => [...hosts]),
  );
  if (!memberLists.has('ungrouped'))
    memberLists.set(
      'ungrouped',
      [...raw.hosts.keys()].filter((host) => !grouped.has(host)),
    );
  memberLists.set('all', [...raw.hosts.keys()]);
  return { source, hosts: mergeHosts(raw, groups, members), groups: memberLists, notices: raw.notices };
}

function readFile(path: string, reader: TextReader, raw: RawInventory, mistakes: Mistakes): void {
  try {
    const text = reader.read(path);
    const foreign = foreignInventory(text, path);
    if (foreign !== undefined) {
      mistakes.add(new SourceText(path, text).placeAt(foreign.offset), foreign.message, foreign.hint);
      return;
    }
    const { source, root } = parseYaml(path, text, 'E_INVENTORY');
    if (root === undefined) raw.notices.push({ text: `${path} has no hosts` });
    else new GroupReader(source, mistakes, raw).read(root);
    for (const folder of ['group_vars', 'host_vars'])
      if (reader.exists(join(dirname(path), folder)))
        raw.notices.push({
          text: `${join(dirname(path), folder)} is not read; variables stand in the inventory or come with -e @FILE`,
        });
  } catch (error) {
    if (error instanceof Error && 'code' in error && !(error instanceof UnbusyError)) throw unreadable(path, error);
    mistakes.take(error);
  }
}

function unreadable(path: string, error: Error): UnbusyError {
  const why = readFailure(error);
  const hint =
    /^[\w.-]+$/.test(path) && !/\.(ya?ml|json|ini)$/.test(path)
      ? `For a list of hosts write a comma behind it: -i ${path},`
      : 'Choose the inventory with -i FILE, or list hosts: -i host1,host2,';
  return new UnbusyError('E_INVENTORY', `the inventory ${path} cannot be read: ${why}`, { hint, cause: error });
}

/** host1,user@host2,host3:2222,web[01:40], */
function readList(text: string, raw: RawInventory, mistakes: Mistakes): void {
  const source = new SourceText('-i', text);
  let offset = 0;
  for (const word of text.split(/,(?![^[]*\])/)) {
    readListWord(word.trim(), (message, hint) => mistakes.add(source.placeAt(offset), message, hint), raw);
    offset += word.length + 1;
  }
}

function readListWord(word: string, mistake: (message: string, hint?: string) => void, raw: RawInventory): void {
  if (word === '') return;
  const match = /^(?:(?<user>[^@]+)@)?(?<host>[^@]*?)(?::(?<port>\d{1,5}))?$/.exec(word);
  const { user, port } = match?.groups ?? {};
  const isAddress = /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f.]*$/i.test(word);
  const host = isAddress ? word : (match?.groups?.host ?? word);
  const names = expandRange(host);
  if ('message' in names) {
    mistake(names.message, names.hint);
    return;
  }
  const fault = wordFault(names[0] ?? '') ?? (user === undefined ? undefined : wordFault(user));
  const strange = /[@/]/.test(host) || Number(port ?? 22) > 65535 || Number(port ?? 22) === 0;
  if (fault !== undefined || strange) {
    mistake(`"${word}" is no host: it ${fault ?? 'must be [USER@]HOST[:PORT]'}`);
    return;
  }
  for (const name of names) {
    const settings = addHost(raw, groupOf(raw, 'all'), name);
    if (user !== undefined) settings.connection.set('user', { value: user, origin: '-i' });
    if (port !== undefined && !isAddress) settings.connection.set('port', { value: Number(port), origin: '-i' });
  }
}
