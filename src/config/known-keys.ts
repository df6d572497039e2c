import { z } from './schema.ts';
import type { YamlPath } from './yaml-node.ts';

interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
  readonly anyOf?: readonly JsonSchemaNode[];
  readonly oneOf?: readonly JsonSchemaNode[];
  readonly allOf?: readonly JsonSchemaNode[];
  readonly additionalProperties?: JsonSchemaNode | boolean;
}

/** The JSON Schema (draft 7) of what a user writes for a schema, before its defaults. */
export function inputJsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as Record<string, unknown>;
  return rest;
}

/** Keys that a schema knows at a path, over all branches of its unions. */
export function knownKeysAt(schema: z.ZodType, path: YamlPath): readonly string[] {
  let nodes = branches(inputJsonSchema(schema) as JsonSchemaNode);
  for (const step of path) nodes = nodes.flatMap((node) => branches(childOf(node, step)));
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

function childOf(node: JsonSchemaNode, step: string | number): JsonSchemaNode | undefined {
  if (typeof step === 'number') return node.items;
  const extra = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  return node.properties?.[step] ?? extra;
}

function branches(node: JsonSchemaNode | undefined): readonly JsonSchemaNode[] {
  if (node === undefined) return [];
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])].flatMap(branches);
  return [node, ...inner];
}
