import { inputJsonSchema } from './known-keys.ts';
import { BLOCK_LISTS, blockKeys, handlerKeys, PLAY_LISTS, playKeys, taskKeys } from './playbook-keys.ts';
import type { ModuleFacts } from './playbook-model.ts';
import { z } from './schema.ts';

type Schema = Record<string, unknown>;

/** A text with {{ }} may stand where another type is wanted. */
const TEMPLATE: Schema = { type: 'string', pattern: '\\{\\{' };

/** The JSON Schema (draft 7) of a playbook with these modules, for editors. It is closed: an unknown key is a mistake. */
export function playbookJsonSchema(modules: ReadonlyMap<string, ModuleFacts>): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'unbusy playbook',
    type: 'array',
    minItems: 1,
    items: { $ref: '#/definitions/play' },
    definitions: {
      play: playSchema(),
      step: { anyOf: [ref('task'), ref('block')] },
      task: taskSchema(taskKeys, modules),
      handler: taskSchema(handlerKeys, modules),
      block: blockSchema(),
    },
  };
}

function ref(name: string): Schema {
  return { $ref: `#/definitions/${name}` };
}

function playSchema(): Schema {
  const own = inputJsonSchema(z.strictObject(playKeys));
  const lists = { tasks: listSchema('step', PLAY_LISTS.tasks), handlers: listSchema('handler', PLAY_LISTS.handlers) };
  return {
    ...own,
    properties: { ...(own.properties as Schema), ...lists },
    required: [...(own.required as string[]), 'tasks'],
  };
}

function blockSchema(): Schema {
  const own = inputJsonSchema(z.strictObject(blockKeys));
  const lists = Object.fromEntries(Object.entries(BLOCK_LISTS).map(([key, text]) => [key, listSchema('step', text)]));
  return { ...own, properties: { ...(own.properties as Schema), ...lists }, required: ['block'] };
}

function listSchema(of: string, description: string): Schema {
  return { type: 'array', minItems: 1, items: ref(of), description };
}

function taskSchema(keys: z.ZodRawShape, modules: ReadonlyMap<string, ModuleFacts>): Schema {
  const own = inputJsonSchema(z.strictObject(keys));
  const params = Object.fromEntries([...modules.values()].map((module) => [module.name, moduleSchema(module)]));
  const one = { oneOf: [...modules.keys()].map((name) => ({ required: [name] })) };
  return { ...own, properties: { ...(own.properties as Schema), ...params }, ...(modules.size === 0 ? {} : one) };
}

function moduleSchema(module: ModuleFacts): Schema {
  const schema = withTemplates(inputJsonSchema(module.params)) as Schema;
  const required = Array.isArray(schema.required) && schema.required.length > 0;
  const empty = required || schema.type !== 'object' ? {} : { type: ['object', 'null'] };
  return { ...schema, ...empty, description: module.summary };
}

/** Lets {{ }} stand for every value that is not plain text. */
function withTemplates(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const node: Schema = { ...(schema as Schema) };
  if (typeof node.properties === 'object' && node.properties !== null)
    node.properties = Object.fromEntries(
      Object.entries(node.properties).map(([key, inner]) => [key, orTemplate(withTemplates(inner))]),
    );
  if (typeof node.items === 'object') node.items = orTemplate(withTemplates(node.items));
  if (typeof node.additionalProperties === 'object')
    node.additionalProperties = orTemplate(withTemplates(node.additionalProperties));
  for (const word of ['anyOf', 'oneOf', 'allOf'] as const)
    if (Array.isArray(node[word])) node[word] = node[word].map(withTemplates);
  return node;
}

function orTemplate(schema: unknown): unknown {
  const node = schema as Schema;
  const plainText =
    node.type === 'string' && node.enum === undefined && node.pattern === undefined && node.const === undefined;
  const anything =
    node.type === undefined && node.anyOf === undefined && node.oneOf === undefined && node.enum === undefined;
  if (plainText || anything || (Array.isArray(node.type) && node.type.includes('string'))) return node;
  const { description, default: fallback, ...rest } = node;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, TEMPLATE],
  };
}
