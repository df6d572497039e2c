import type { Json } from '../core/json.ts';
import type { BecomeSettings, HostTarget } from '../core/target.ts';
import type { ConnectionKey } from './connection-keys.ts';
import type { RawGroup, RawInventory } from './inventory-groups.ts';
import type { InventoryHost } from './inventory-model.ts';
import type { Setting, Settings } from './inventory-settings.ts';

/** Settings of several levels laid over each other. */
interface Merged {
  readonly connection: ReadonlyMap<ConnectionKey, Setting<string | number | boolean | readonly string[]>>;
  readonly vars: Readonly<Record<string, Json>>;
  readonly origin: Readonly<Record<string, string>>;
}

/** A chain of groups in contradiction: a → b → a, at the last of them. */
export interface GroupCycle {
  readonly path: readonly string[];
}

/** Puts every group without a parent below `all`, and every host that is only in `all` into `ungrouped`. */
export function completeGroups(raw: RawInventory): void {
  const children = new Set([...raw.groups.values()].flatMap((group) => [...group.children.keys()]));
  const all = raw.groups.get('all');
  for (const name of raw.groups.keys()) if (name !== 'all' && !children.has(name)) all?.children.set(name, undefined);
}

/** The first cycle among the groups, if there is one. */
export function findCycle(raw: RawInventory): GroupCycle | undefined {
  const done = new Set<string>();
  const visit = (name: string, above: readonly string[]): GroupCycle | undefined => {
    const start = above.indexOf(name);
    if (start !== -1) return { path: [...above.slice(start), name] };
    if (done.has(name)) return undefined;
    for (const child of raw.groups.get(name)?.children.keys() ?? []) {
      const cycle = visit(child, [...above, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of raw.groups.keys()) {
    const cycle = visit(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/**
 * Groups in the order in which their values are laid over each other, weakest first: by depth below `all` (the longest
 * way counts), then by ansible_group_priority, then by name. This is Ansible's order.
 */
export function groupsByStrength(raw: RawInventory): readonly RawGroup[] {
  const depths = new Map<string, number>();
  const visit = (name: string, depth: number) => {
    if ((depths.get(name) ?? -1) >= depth) return;
    depths.set(name, depth);
    for (const child of raw.groups.get(name)?.children.keys() ?? []) visit(child, depth + 1);
  };
  visit('all', 0);
  const depth = (group: RawGroup) => depths.get(group.name) ?? 1;
  return [...raw.groups.values()].sort(
    (a, b) => depth(a) - depth(b) || a.settings.priority - b.settings.priority || (a.name < b.name ? -1 : 1),
  );
}

/** Names of the hosts of every group, those of its children too, in the order of the file. */
export function membersOf(raw: RawInventory): ReadonlyMap<string, ReadonlySet<string>> {
  const members = new Map<string, ReadonlySet<string>>();
  const collect = (name: string): ReadonlySet<string> => {
    const known = members.get(name);
    if (known !== undefined) return known;
    const group = raw.groups.get(name);
    const found = new Set(group?.hosts);
    for (const child of group?.children.keys() ?? []) for (const host of collect(child)) found.add(host);
    members.set(name, found);
    return found;
  };
  for (const name of raw.groups.keys()) collect(name);
  return members;
}

/** Every host with what its groups and itself set. Hosts of the same groups share one merge. */
export function mergeHosts(
  raw: RawInventory,
  groups: readonly RawGroup[],
  members: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, InventoryHost> {
  const groupsOfHost = new Map<string, RawGroup[]>([...raw.hosts.keys()].map((name) => [name, []]));
  for (const group of groups) for (const host of members.get(group.name) ?? []) groupsOfHost.get(host)?.push(group);
  const shared = new Map<string, Merged>();
  const hosts = new Map<string, InventoryHost>();
  for (const [name, { settings }] of raw.hosts) {
    const own = groupsOfHost.get(name) ?? [];
    const key = own.map((group) => group.name).join(',');
    const base =
      shared.get(key) ??
      overlay(
        { connection: new Map(), vars: {}, origin: {} },
        own.map((group) => group.settings),
      );
    shared.set(key, base);
    const merged = settings.connection.size + settings.vars.size === 0 ? base : overlay(base, [settings]);
    hosts.set(name, toHost(name, own, merged));
  }
  return hosts;
}

function overlay(base: Merged, levels: readonly Settings[]): Merged {
  const connection = new Map(base.connection);
  const vars: Record<string, Json> = { ...base.vars };
  const origin: Record<string, string> = { ...base.origin };
  for (const level of levels) {
    for (const [key, setting] of level.connection) {
      connection.set(key, setting);
      origin[key] = setting.origin;
    }
    for (const [key, setting] of level.vars) {
      origin[key] = setting.origin;
      if (isTemplate(setting.value)) delete vars[key];
      else vars[key] = setting.value;
    }
  }
  return { connection, vars, origin };
}

/** A text with {{ }} is not evaluated here; no value is better than a wrong one. */
function isTemplate(value: Json): boolean {
  return typeof value === 'string' && value.includes('{{');
}

function toHost(name: string, groups: readonly RawGroup[], { connection, vars, origin }: Merged): InventoryHost {
  const text = (key: ConnectionKey) => connection.get(key)?.value as string | undefined;
  const [address, user, port] = [text('address'), text('user'), connection.get('port')?.value as number | undefined];
  const method = text('become_method') as BecomeSettings['method'] | undefined;
  const target: HostTarget = {
    name,
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    identityFiles: (connection.get('identity_file')?.value as readonly string[] | undefined) ?? [],
    transport: (text('transport') as HostTarget['transport'] | undefined) ?? 'auto',
    ...(connection.get('become')?.value === true ? { become: { method: method ?? 'auto' } } : {}),
  };
  const names = groups.map((group) => group.name).filter((group) => group !== 'all');
  return { name, groups: names, target, vars, origin, ...(method === undefined ? {} : { becomeMethod: method }) };
}
