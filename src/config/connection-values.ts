import type { Json } from '../core/json.ts';
import { printable } from '../core/text.ts';
import type { ConnectionKey } from './connection-keys.ts';
import { suggest } from './suggest.ts';
import { describe } from './yaml-node.ts';

/** A value that a connection can use, or what is wrong with it. */
export type ReadValue =
  | { readonly value: string | number | boolean | readonly string[] }
  | { readonly message: string; readonly hint?: string };

/** Checks one connection setting; `ansible`: it has Ansible's name, so Ansible's spellings of its values hold. */
export function readConnectionValue(key: ConnectionKey, written: string, value: Json, ansible: boolean): ReadValue {
  if (typeof value === 'string' && value.includes('{{'))
    return { message: `"${written}" holds {{ }}, which inventories cannot evaluate`, hint: 'Write the value itself.' };
  if (key === 'port') return readPort(written, value);
  if (key === 'become') return readBecome(written, value, ansible);
  if (key === 'become_method') return oneOf(written, value, ['auto', 'sudo', 'doas']);
  if (key === 'transport')
    return ansible ? readAnsibleConnection(written, value) : oneOf(written, value, ['auto', 'ssh', 'openssh', 'local']);
  if (key === 'identity_file') return readFiles(written, value);
  return readWord(written, value);
}

/** What is wrong with a host name, an address or a user that ssh is given as a word; a dash at the front would be an option. */
export function wordFault(word: string): string | undefined {
  if (word === '') return 'is empty';
  if (word.startsWith('-')) return 'begins with a dash, which ssh would read as an option';
  // What printable() shows as \\xNN or \\u{NNNN}: a name must stand as it is in the next command that is offered.
  if (printable(word) !== word) return 'has a character that cannot be seen or that a terminal would obey';
  return /[\s'"`$;&|<>()\\]/.test(word) ? 'has a character that no host or user name can have' : undefined;
}

function readWord(written: string, value: Json): ReadValue {
  if (typeof value !== 'string')
    return { message: `"${written}" must be text, found ${describe(value)}`, hint: `Quote it: '${String(value)}'.` };
  const fault = wordFault(value);
  return fault === undefined ? { value } : { message: `"${written}" ${fault}` };
}

function readPort(written: string, value: Json): ReadValue {
  const port = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65535) return { value: port };
  return { message: `"${written}" must be a port from 1 to 65535, found ${describe(value)}` };
}

/** Ansible reads inventories as YAML 1.1, where yes is true; its own key keeps that meaning. */
function readBecome(written: string, value: Json, ansible: boolean): ReadValue {
  if (typeof value === 'boolean') return { value };
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (ansible && word !== undefined && ['yes', 'true', 'on'].includes(word)) return { value: true };
  if (ansible && word !== undefined && ['no', 'false', 'off'].includes(word)) return { value: false };
  return {
    message: `"${written}" must be true or false, found ${describe(value)}`,
    hint: 'In YAML 1.2 yes and no are text.',
  };
}

function readAnsibleConnection(written: string, value: Json): ReadValue {
  if (
    value === 'ssh' ||
    value === 'smart' ||
    value === 'paramiko' ||
    value === 'paramiko_ssh' ||
    value === 'ansible.builtin.ssh'
  )
    return { value: 'auto' };
  if (value === 'local' || value === 'ansible.builtin.local') return { value: 'local' };
  return {
    message: `"${written}" is ${describe(value)}; hosts are reached by ssh or local only`,
    hint: 'Keep such hosts in another inventory.',
  };
}

function readFiles(written: string, value: Json): ReadValue {
  const files = Array.isArray(value) ? value : [value];
  const texts = files.filter((file): file is string => typeof file === 'string' && file !== '' && !file.includes('\0'));
  if (texts.length !== files.length || texts.length === 0)
    return { message: `"${written}" must be the path of a key file, or a list of them, found ${describe(value)}` };
  if (texts.some((file) => file.includes('PRIVATE KEY')))
    return { message: `"${written}" holds a private key itself`, hint: 'Write the path of the key file.' };
  return { value: texts };
}

function oneOf(written: string, value: Json, known: readonly string[]): ReadValue {
  if (typeof value === 'string' && known.includes(value)) return { value };
  const hint = typeof value === 'string' ? suggest(value, known) : undefined;
  return {
    message: `"${written}" must be ${known.join(' or ')}, found ${describe(value)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
