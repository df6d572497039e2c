import { BLOCK_LISTS } from './playbook-keys.ts';
import type { YamlNode } from './yaml-node.ts';

const SECTIONS = Object.keys(BLOCK_LISTS);

/** Names that tasks register, wherever they stand, in blocks too. */
export function registerNames(items: readonly YamlNode[]): readonly string[] {
  return withInner(items).flatMap((item) => {
    const name = item.entries?.get('register')?.node.value;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Names of handlers that tasks notify, in blocks too. */
export function notifiedNames(items: readonly YamlNode[]): readonly string[] {
  return withInner(items).flatMap((item) => {
    const value = item.entries?.get('notify')?.node.value;
    return (Array.isArray(value) ? value : [value]).filter((name) => typeof name === 'string');
  });
}

/** Names of the tasks of a list. */
export function taskNames(items: readonly YamlNode[]): readonly string[] {
  return items.flatMap((item) => {
    const name = item.entries?.get('name')?.node.value;
    return typeof name === 'string' ? [name] : [];
  });
}

/** Every task of a list, and of the blocks in it. */
function withInner(items: readonly YamlNode[]): readonly YamlNode[] {
  return items.flatMap((item) => [
    item,
    ...SECTIONS.flatMap((section) => withInner(item.entries?.get(section)?.node.items ?? [])),
  ]);
}
