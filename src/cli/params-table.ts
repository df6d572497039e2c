import type { TableRow } from '../report/table.ts';

/** The part of JSON Schema (draft 7) that our parameter schemas use. */
export interface SchemaNode {
  /** What a value is called, where its type says too little. */
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
}

/** One row a parameter, what must be given first: name, type, default, and the meaning below. */
export function paramRows(schema: SchemaNode): readonly TableRow[] {
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {});
  entries.sort(([a], [b]) => Number(required.has(b)) - Number(required.has(a)));
  return entries.map(([name, node]) => ({
    cells: [name, typeWords(node), required.has(name) ? 'must be given' : defaultWords(node)],
    below: node.description === undefined ? [] : [node.description],
  }));
}

function defaultWords(node: SchemaNode): string {
  return node.default === undefined ? '' : JSON.stringify(node.default);
}

/** A type for people: string, list of string, a | b. */
export function typeWords(node: SchemaNode): string {
  if (node.title !== undefined) return node.title;
  if (node.enum !== undefined) return node.enum.map(String).join(' | ');
  if (node.const !== undefined) return String(node.const);
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeWords))].join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : typeWords(node.items)}`;
  if (node.type === 'object')
    return node.properties === undefined ? 'mapping' : `mapping of ${Object.keys(node.properties).join(', ')}`;
  if (node.type === undefined) return 'expression or value';
  return typeof node.type === 'string' ? node.type : node.type.join(' or ');
}
