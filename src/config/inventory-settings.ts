import type { Json } from '../core/json.ts';
import { nearest } from '../core/text.ts';
import {
  ANSIBLE_KEYS,
  CONNECTION_KEYS,
  type ConnectionKey,
  HARMLESS_KEYS,
  SECRET_KEYS,
  UNSUPPORTED_KEYS,
} from './connection-keys.ts';
import { type ReadValue, readConnectionValue } from './connection-values.ts';
import { BUILT_IN_NAMES } from './expression-names.ts';
import type { YamlEntry, YamlNode } from './yaml-node.ts';

/** A value and the place that set it, in words. */
export interface Setting<Value> {
  readonly value: Value;
  readonly origin: string;
}

/** What one group or host sets by itself. */
export interface Settings {
  readonly connection: Map<ConnectionKey, Setting<string | number | boolean | readonly string[]>>;
  readonly vars: Map<string, Setting<Json>>;
  /** Ansible's weight among groups of one depth; later wins. */
  priority: number;
}

/** Takes what is found wrong or surprising; the offset is that of the key or the value. */
export interface SettingsListener {
  mistake(offset: number, message: string, hint?: string): void;
  notice(offset: number, text: string): void;
  origin(offset: number): string;
  /** True the first time that it is asked about this word. */
  isFirst(word: string): boolean;
}

/** Nothing set. */
export function emptySettings(): Settings {
  return { connection: new Map(), vars: new Map(), priority: 1 };
}

/** Reads the variables of a group or host into its settings: connection keys in both spellings, everything else is a variable. */
export function readSettings(node: YamlNode, into: Settings, listener: SettingsListener): void {
  const spelled = new Map<ConnectionKey, string>();
  for (const entry of node.entries?.values() ?? []) {
    const key = connectionKey(entry.key);
    if (key !== undefined) readConnection(key, entry, spelled, into, listener);
    else readVariable(entry, into, listener);
  }
}

function connectionKey(written: string): ConnectionKey | undefined {
  if (Object.hasOwn(ANSIBLE_KEYS, written)) return ANSIBLE_KEYS[written];
  return CONNECTION_KEYS.find((key) => key === written);
}

function readConnection(
  key: ConnectionKey,
  entry: YamlEntry,
  spelled: Map<ConnectionKey, string>,
  into: Settings,
  listener: SettingsListener,
): void {
  const other = spelled.get(key);
  if (other !== undefined)
    listener.mistake(entry.keyOffset, `"${entry.key}" and "${other}" say the same thing twice`, 'Keep one of the two.');
  spelled.set(key, entry.key);
  const read: ReadValue = readConnectionValue(key, entry.key, entry.node.value, entry.key !== key);
  if ('message' in read) listener.mistake(entry.node.offset, read.message, read.hint);
  else into.connection.set(key, { value: read.value, origin: listener.origin(entry.keyOffset) });
}

function readVariable({ key, keyOffset, node }: YamlEntry, into: Settings, listener: SettingsListener): void {
  if (key === 'ansible_group_priority') into.priority = typeof node.value === 'number' ? node.value : 1;
  const refusal = refusalOf(key, node.value);
  if (refusal !== undefined) listener.mistake(keyOffset, refusal.message, refusal.hint);
  if (refusal !== undefined || HARMLESS_KEYS.has(key)) return;
  warnOfVariable(key, keyOffset, node, listener);
  into.vars.set(key, { value: node.value, origin: listener.origin(keyOffset) });
}

function refusalOf(
  key: string,
  value: Json,
): { readonly message: string; readonly hint: string | undefined } | undefined {
  if (Object.hasOwn(SECRET_KEYS, key))
    return { message: `"${key}" would keep a secret in plain text`, hint: SECRET_KEYS[key] };
  if (Object.hasOwn(UNSUPPORTED_KEYS, key))
    return { message: `"${key}" cannot be followed`, hint: UNSUPPORTED_KEYS[key] };
  if (key === 'ansible_become_user' && value !== 'root')
    return { message: 'becoming anyone but root is not possible', hint: 'Leave it out, or write root.' };
  if (typeof value === 'string' && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value))
    return {
      message: `"${key}" holds a private key`,
      hint: 'Keep it in a file that only you can read, and write the path.',
    };
  return undefined;
}

/** Each name is warned of once, however many hosts have it. */
function warnOfVariable(key: string, offset: number, node: YamlNode, listener: SettingsListener): void {
  if (typeof node.value === 'string' && node.value.includes('{{') && listener.isFirst(`{{ ${key}`))
    listener.notice(offset, `"${key}" holds {{ }}, which inventories do not evaluate: it has no value here`);
  if (!listener.isFirst(key)) return;
  const near = nearest(key, [...CONNECTION_KEYS, ...Object.keys(ANSIBLE_KEYS)]);
  if (near !== undefined)
    listener.notice(offset, `"${key}" is taken for a variable; if it should change the connection, write "${near}"`);
  else if (key.startsWith('ansible_'))
    listener.notice(offset, `"${key}" is taken for a variable and changes nothing about the connection`);
  if ((BUILT_IN_NAMES as readonly string[]).includes(key))
    listener.notice(offset, `"${key}" has a meaning of its own in expressions; the variable is vars["${key}"]`);
}
