import type { Json } from '../core/json.ts';
import { RESCUE_NAMES } from './expression-names.ts';
import { foreignHint } from './foreign-words.ts';
import { namesAt, type PlaySight, type Reading, type Surroundings } from './play-sight.ts';
import { readTags } from './play-task.ts';
import { BLOCK_LISTS, blockKeys, taskKeys } from './playbook-keys.ts';
import type { Block, Step } from './playbook-model.ts';
import { z } from './schema.ts';
import { explainIssues } from './schema-issues.ts';
import { suggest } from './suggest.ts';
import { readWhen } from './task-conditions.ts';
import { describe, keyOffsetAt, nodeAt, type YamlNode } from './yaml-node.ts';

const SECTIONS = Object.keys(BLOCK_LISTS);
const KNOWN = [...Object.keys(blockKeys), ...SECTIONS];
const blockSchema = z.strictObject(blockKeys);

/** True if an entry of a list of tasks is a block, or was meant to be one. */
export function isBlockNode(node: YamlNode): boolean {
  return SECTIONS.some((section) => node.entries?.has(section) === true);
}

/** Reads a block; `readList` reads each of its lists where it stands. All its mistakes are added. */
export function readBlock(
  node: YamlNode,
  sight: PlaySight,
  around: Surroundings,
  reading: Reading,
  readList: (list: YamlNode, around: Surroundings) => readonly Step[],
): Block {
  const own = readOwnKeys(node, reading);
  const section = (key: keyof typeof BLOCK_LISTS, inner: Surroundings): readonly Step[] => {
    const entry = node.entries?.get(key);
    return entry === undefined ? [] : readList(listOf(entry.node, key, entry.keyOffset, reading), inner);
  };
  const when = readWhen(node, namesAt(sight, around.locals), reading.source, reading.mistakes);
  const become = typeof own.become === 'boolean' ? own.become : around.become;
  const inner: Surroundings = {
    ...around,
    inBlock: true,
    when: [...around.when, ...when],
    tags: [...around.tags, ...readTags(own.tags)],
    ...(become === undefined ? {} : { become }),
  };
  const locals = new Set([...around.locals, ...RESCUE_NAMES]);
  return {
    ...(typeof own.name === 'string' ? { name: own.name } : {}),
    tasks: section('block', inner),
    rescue: section('rescue', { ...inner, locals, standby: 'rescue' }),
    always: section('always', inner),
    place: reading.source.placeAt(node.offset),
  };
}

/** The value of a key that must be a list of tasks with something in it; what is wrong with it is added. */
export function listOf(node: YamlNode, key: string, keyOffset: number, { source, mistakes }: Reading): YamlNode {
  if (node.items === undefined || node.items.length === 0) {
    const found = node.items === undefined ? describe(node.value) : 'an empty list';
    mistakes.add(source.placeAt(keyOffset), `"${key}" must be a list of tasks, found ${found}`);
  }
  return node;
}

function readOwnKeys(node: YamlNode, { modules, source, mistakes }: Reading): Readonly<Record<string, Json>> {
  const own: Record<string, Json> = {};
  for (const { key, keyOffset, node: inner } of node.entries?.values() ?? []) {
    if (Object.hasOwn(blockKeys, key)) own[key] = inner.value;
    else if (modules.has(key))
      mistakes.add(
        source.placeAt(keyOffset),
        `"${key}" is a module, and a block has none`,
        'Put it into a task under `block:`.',
      );
    else if (!KNOWN.includes(key))
      mistakes.add(source.placeAt(keyOffset), `a block has no "${key}"`, hintFor(key, node));
  }
  if (node.entries?.has('block') !== true)
    mistakes.add(source.placeAt(node.offset), 'a block needs "block"', 'Put the tasks that may fail under `block:`.');
  const parsed = blockSchema.safeParse(own);
  const wording = { subject: 'a block', value: own, node, knownKeys: () => KNOWN };
  for (const { path, at, message, hint } of parsed.success ? [] : explainIssues(parsed.error.issues, wording))
    if (path[0] !== 'when')
      mistakes.add(
        source.placeAt(at === 'key' && path.length > 0 ? keyOffsetAt(node, path) : nodeAt(node, path).offset),
        message,
        hint,
      );
  return own;
}

function hintFor(key: string, node: YamlNode): string | undefined {
  if (Object.hasOwn(taskKeys, key)) return 'Put it on the tasks of the block.';
  const free = KNOWN.filter((one) => node.entries?.has(one) !== true);
  return foreignHint(key) ?? suggest(key, free);
}
