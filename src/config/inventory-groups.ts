import type { SourcePlace } from '../core/errors.ts';
import { wordFault } from './connection-values.ts';
import { expandRange } from './host-range.ts';
import type { InventoryNotice } from './inventory-model.ts';
import { emptySettings, readSettings, type Settings, type SettingsListener } from './inventory-settings.ts';
import type { Mistakes } from './mistakes.ts';
import type { SourceText } from './source-text.ts';
import { suggest } from './suggest.ts';
import { describe, type YamlEntry, type YamlNode } from './yaml-node.ts';

/** A group as the files have it; children remember where they were named. */
export interface RawGroup {
  readonly name: string;
  readonly settings: Settings;
  readonly hosts: Set<string>;
  readonly children: Map<string, SourcePlace | undefined>;
}

/** Everything that the sources say, not yet merged. */
export interface RawInventory {
  readonly groups: Map<string, RawGroup>;
  readonly hosts: Map<string, { readonly settings: Settings }>;
  readonly notices: InventoryNotice[];
  /** Words that a notice was given for. */
  readonly warned: Set<string>;
}

const GROUP_KEYS = ['hosts', 'children', 'vars'];

/** Nothing read yet; `all` is there from the start. */
export function emptyInventory(): RawInventory {
  const raw: RawInventory = { groups: new Map(), hosts: new Map(), notices: [], warned: new Set() };
  groupOf(raw, 'all');
  return raw;
}

/** The group of that name, made if it is new. */
export function groupOf(raw: RawInventory, name: string): RawGroup {
  const known = raw.groups.get(name);
  if (known !== undefined) return known;
  const group: RawGroup = { name, settings: emptySettings(), hosts: new Set(), children: new Map() };
  raw.groups.set(name, group);
  return group;
}

/** Adds a host to a group; names the host's settings. */
export function addHost(raw: RawInventory, group: RawGroup, name: string): Settings {
  group.hosts.add(name);
  const known = raw.hosts.get(name);
  if (known !== undefined) return known.settings;
  const settings = emptySettings();
  raw.hosts.set(name, { settings });
  return settings;
}

/** Reads the groups of one file in the shape of Ansible's YAML inventory. */
export class GroupReader {
  readonly #source: SourceText;
  readonly #mistakes: Mistakes;
  readonly #raw: RawInventory;

  constructor(source: SourceText, mistakes: Mistakes, raw: RawInventory) {
    this.#source = source;
    this.#mistakes = mistakes;
    this.#raw = raw;
  }

  /** Reads the whole file: a mapping of groups. */
  read(root: YamlNode): void {
    if (root.entries === undefined) {
      this.#add(
        root.offset,
        `an inventory is a mapping of groups, found ${describe(root.value)}`,
        'Begin it with `all:`, then `hosts:` below.',
      );
      return;
    }
    for (const entry of root.entries.values()) {
      if (entry.key === '_meta')
        this.#add(
          entry.keyOffset,
          'this is the JSON of a dynamic inventory',
          'Write it as YAML: ansible-inventory -i … --list -y > inventory.yml',
        );
      else if (GROUP_KEYS.includes(entry.key))
        this.#add(entry.keyOffset, `"${entry.key}" stands outside a group`, 'Put it below `all:`.');
      else this.#group(entry);
    }
  }

  #group({ key, keyOffset, node }: YamlEntry): void {
    if (!/^[\w.-]+$/.test(key))
      this.#add(keyOffset, `"${key}" cannot be the name of a group`, 'Use letters, digits, _, - and dots.');
    const group = groupOf(this.#raw, key);
    if (node.value === null) return;
    if (node.entries === undefined) {
      this.#add(
        node.offset,
        `the group "${key}" must be a mapping, found ${describe(node.value)}`,
        'Put `hosts:`, `children:` or `vars:` below it.',
      );
      return;
    }
    for (const entry of node.entries.values()) {
      if (entry.key === 'hosts') this.#hosts(group, entry);
      else if (entry.key === 'children') this.#children(group, entry);
      else if (entry.key === 'vars') this.#vars(entry, group.settings, `group ${key}`);
      else this.#add(entry.keyOffset, `the group "${key}" has no "${entry.key}"`, this.#groupKeyHint(entry.key));
    }
  }

  #groupKeyHint(key: string): string {
    const near = suggest(key, GROUP_KEYS);
    return near?.startsWith('Did')
      ? near
      : 'A group has hosts, children and vars; variables stand below `vars:`, hosts below `hosts:`.';
  }

  #hosts(group: RawGroup, { key, node }: YamlEntry): void {
    for (const entry of this.#mapping(node, key, 'host')) {
      const names = expandRange(entry.key);
      if ('message' in names) {
        this.#add(entry.keyOffset, names.message, names.hint);
        continue;
      }
      const fault =
        wordFault(names[0] ?? '') ??
        (/[,!*?@%/]/.test(entry.key.replace(/\[[^\]]*\]/g, ''))
          ? 'has a character that no host name can have'
          : undefined);
      if (fault !== undefined) this.#add(entry.keyOffset, `the host "${entry.key}" ${fault}`);
      else this.#host(group, entry, names);
    }
  }

  #host(group: RawGroup, entry: YamlEntry, names: readonly string[]): void {
    const own = emptySettings();
    this.#vars(entry, own, `host ${entry.key}`);
    for (const name of names) {
      const settings = addHost(this.#raw, group, name);
      for (const [key, setting] of own.connection) settings.connection.set(key, setting);
      for (const [key, setting] of own.vars) settings.vars.set(key, setting);
    }
  }

  #children(group: RawGroup, { key, node }: YamlEntry): void {
    for (const entry of this.#mapping(node, key, 'group')) {
      group.children.set(entry.key, this.#source.placeAt(entry.keyOffset));
      this.#group(entry);
    }
  }

  #vars({ key, node }: YamlEntry, into: Settings, owner: string): void {
    if (node.value === null) return;
    if (node.entries === undefined) {
      this.#add(
        node.offset,
        `the variables of "${key}" must be a mapping, found ${describe(node.value)}`,
        'Write each as key: value.',
      );
      return;
    }
    readSettings(node, into, this.#listener(owner));
  }

  /** Entries of `hosts` or `children`, which Ansible writes as a mapping even where nothing follows a name. */
  #mapping(node: YamlNode, key: string, what: string): Iterable<YamlEntry> {
    if (node.value === null) return [];
    if (node.entries !== undefined) return node.entries.values();
    this.#add(
      node.offset,
      `"${key}" must be a mapping, found ${describe(node.value)}`,
      `Write each ${what} as a key with a colon behind it: NAME:`,
    );
    return [];
  }

  #listener(owner: string): SettingsListener {
    return {
      mistake: (offset, message, hint) => this.#add(offset, message, hint),
      isFirst: (word) => !this.#raw.warned.has(word) && this.#raw.warned.add(word).size > 0,
      notice: (offset, text) => this.#raw.notices.push({ text, place: this.#source.placeAt(offset) }),
      origin: (offset) => `${owner} (${this.#source.file}:${this.#source.lineAt(offset)})`,
    };
  }

  #add(offset: number, message: string, hint?: string): void {
    this.#mistakes.add(this.#source.placeAt(offset), message, hint);
  }
}
