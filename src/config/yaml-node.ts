import type { SourcePlace } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { SourceText } from './source-text.ts';

/** A key of a mapping and its value. */
export interface YamlEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly node: YamlNode;
}

/** A value of a YAML file that remembers where it stands. `entries` keep the order of the file, also of keys that look like numbers. */
export interface YamlNode {
  readonly value: Json;
  /** Where the value begins; for an empty value, where it would. */
  readonly offset: number;
  /** A scalar as it is written, without its quotes. */
  readonly source?: string;
  readonly quoted?: boolean;
  readonly entries?: ReadonlyMap<string, YamlEntry>;
  readonly items?: readonly YamlNode[];
}

/** Where a value stands below another one. */
export type YamlPath = readonly (string | number)[];

/** A parsed file. */
export interface YamlFile {
  readonly source: SourceText;
  /** Undefined if the file holds nothing but white space and comments. */
  readonly root: YamlNode | undefined;
}

/** The value at a path, or the deepest one on the way to it that exists. */
export function nodeAt(root: YamlNode, path: YamlPath): YamlNode {
  let node = root;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** Offset of the key that a path ends in; of the nearest value above if there is no such key. */
export function keyOffsetAt(root: YamlNode, path: YamlPath): number {
  const parent = nodeAt(root, path.slice(0, -1));
  return parent.entries?.get(String(path.at(-1)))?.keyOffset ?? nodeAt(root, path).offset;
}

/**
 * The place of an offset inside a text value, as far as the text stands in the file letter by letter or line by line
 * (block scalar with |); else the place of the value.
 */
export function placeInside(file: SourceText, node: YamlNode, offset: number): SourcePlace {
  if (typeof node.value !== 'string' || offset <= 0) return file.placeAt(node.offset);
  const start = node.offset + (node.quoted === true ? 1 : 0);
  if (file.text.startsWith(node.value, start)) return file.placeAt(start + offset);
  return file.placeAt(offsetInBlock(file.text, node.value, node.offset, offset) ?? node.offset);
}

/** Line k of a literal block is the k-th line below its header, behind the indentation. */
function offsetInBlock(text: string, value: string, header: number, offset: number): number | undefined {
  if (text[header] !== '|') return undefined;
  const before = value.slice(0, offset).split('\n');
  let lineStart = header;
  for (let line = 0; line < before.length; line++) lineStart = text.indexOf('\n', lineStart) + 1;
  const written = text.slice(lineStart).split(/\r?\n/, 1)[0] ?? '';
  const wanted = value.split('\n')[before.length - 1] ?? '';
  if (lineStart === 0 || !written.endsWith(wanted)) return undefined;
  return lineStart + written.length - wanted.length + (before.at(-1)?.length ?? 0);
}

/** Says in words what kind of value this is: the number 755, the text "yes", a list, a mapping, nothing. */
export function describe(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `the text ${JSON.stringify(shorten(value))}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

function child(node: YamlNode, step: string | number): YamlNode | undefined {
  return node.items === undefined ? node.entries?.get(String(step))?.node : node.items[Number(step)];
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
