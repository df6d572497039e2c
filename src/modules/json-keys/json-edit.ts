import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../../core/json.ts';
import { type JsonObjectNode, jsonOf, memberOf, parseJsonTree } from './json-tree.ts';

/** Keys from the outermost object inwards. */
export type KeyPath = readonly string[];

/** How a text is laid out, so that what is added looks like what is there. */
interface Layout {
  readonly newline: string;
  /** One step of indentation. */
  readonly unit: string;
  /** What stands between a key and its value. */
  readonly colon: string;
  /** What follows a comma where members stand on one line. */
  readonly gap: string;
}

/**
 * The text with these keys merged in and those removed; an object goes into an object, everything else replaces what is there.
 * Each edit touches one member alone: the rest stays byte for byte. The text must be a valid JSON object.
 */
export function editJson(text: string, keys: JsonObject, absent: readonly KeyPath[]): string {
  let edited = text;
  for (const path of absent) edited = removeKey(edited, path);
  for (const [path, value] of leaves(edited, keys)) edited = setKey(edited, path, value);
  return edited;
}

/** What must be set: the outermost members that are missing or differ. */
function leaves(text: string, keys: JsonObject): readonly (readonly [KeyPath, Json])[] {
  const found: (readonly [KeyPath, Json])[] = [];
  const visit = (node: JsonObjectNode, wanted: JsonObject, path: KeyPath): void => {
    for (const [key, value] of Object.entries(wanted)) {
      const member = memberOf(node, key);
      if (member?.node.kind === 'object' && isObject(value)) visit(member.node, value, [...path, key]);
      else if (member === undefined || !isDeepStrictEqual(plain(jsonOf(member.node)), plain(value))) {
        found.push([[...path, key], value]);
      }
    }
  };
  visit(rootOf(text), keys, []);
  return found;
}

/** -0 and 0 are one number in every reader but this one. */
const plain = (value: Json): unknown => JSON.parse(JSON.stringify(value));

/** Sets one key; the objects around it must exist. */
function setKey(text: string, path: KeyPath, value: Json): string {
  const object = objectAt(text, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  if (object === undefined) throw new TypeError(`no object at ${path.slice(0, -1).join('.')}`);
  const layout = layoutOf(text);
  const member = memberOf(object, key);
  if (member !== undefined) {
    const { start, end } = member.node;
    const isSpread = isMultiline(text, object);
    return splice(text, start, end, format(value, layout, isSpread ? indentAt(text, start) : undefined));
  }
  const last = object.members.at(-1);
  if (last === undefined) return fillEmpty(text, object, key, value, layout);
  const indent = isMultiline(text, object) ? indentAt(text, last.start) : undefined;
  const lead = indent === undefined ? layout.gap : `${layout.newline}${indent}`;
  return splice(text, last.node.end, last.node.end, `,${lead}${pair(key, value, layout, indent)}`);
}

function fillEmpty(text: string, object: JsonObjectNode, key: string, value: Json, layout: Layout): string {
  const root = rootOf(text);
  const onOneLine = root.members.length > 0 && !isMultiline(text, root);
  if (onOneLine) return splice(text, object.start, object.end, `{${pair(key, value, layout, undefined)}}`);
  const outer = indentAt(text, object.start);
  const inner = outer + layout.unit;
  const body = `{${layout.newline}${inner}${pair(key, value, layout, inner)}${layout.newline}${outer}}`;
  return splice(text, object.start, object.end, body);
}

/** Removes one key with its comma; nothing if it is not there. */
function removeKey(text: string, path: KeyPath): string {
  const object = objectAt(text, path.slice(0, -1));
  const index = object?.members.findIndex((member) => member.key === path.at(-1)) ?? -1;
  const member = object?.members[index];
  if (object === undefined || member === undefined) return text;
  const [before, after] = [object.members[index - 1], object.members[index + 1]];
  if (before !== undefined) return splice(text, before.node.end, member.node.end, '');
  if (after !== undefined) return splice(text, member.start, after.start, '');
  return splice(text, object.start + 1, object.end - 1, '');
}

function rootOf(text: string): JsonObjectNode {
  const parsed = parseJsonTree(text);
  if (!parsed.ok || parsed.root.kind !== 'object') throw new TypeError('the text is no JSON object');
  return parsed.root;
}

function objectAt(text: string, path: KeyPath): JsonObjectNode | undefined {
  let node: JsonObjectNode | undefined = rootOf(text);
  for (const key of path) {
    const inner: JsonObjectNode['members'][number]['node'] | undefined = node && memberOf(node, key)?.node;
    node = inner?.kind === 'object' ? inner : undefined;
  }
  return node;
}

function layoutOf(text: string): Layout {
  const root = rootOf(text);
  const [first, second] = root.members;
  const newline = /\r?\n/.exec(text)?.[0] ?? '\n';
  const between = first === undefined ? ': ' : text.slice(first.keyEnd, first.node.start);
  const gap = first && second ? text.slice(first.node.end, second.start).replace(/^\s*,/, '') : ' ';
  const isSpread = first !== undefined && isMultiline(text, root);
  return {
    newline,
    unit: isSpread ? indentAt(text, first.start) : '  ',
    colon: /[\r\n]/.test(between) ? ': ' : between,
    gap: /[\r\n]/.test(gap) ? ' ' : gap,
  };
}

/** True if the first member stands on a line of its own. */
function isMultiline(text: string, { start, members }: JsonObjectNode): boolean {
  const [first] = members;
  return first !== undefined && text.slice(start, first.start).includes('\n');
}

/** The white space at the start of the line. */
function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function pair(key: string, value: Json, layout: Layout, indent: string | undefined): string {
  return `${JSON.stringify(key)}${layout.colon}${format(value, layout, indent)}`;
}

/** A value as text; `indent` is that of its line, undefined where all stands on one line. Lists of plain values stay on one line. */
function format(value: Json, layout: Layout, indent: string | undefined): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const isFlat = isList && value.every((item) => typeof item !== 'object' || item === null);
  const inner = indent === undefined || isFlat ? undefined : indent + layout.unit;
  const parts = isList
    ? value.map((item: Json) => format(item, layout, inner))
    : Object.entries(value).map(([key, each]) => pair(key, each, layout, inner));
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  if (inner === undefined) return open + parts.join(`,${layout.gap}`) + close;
  const lead = `${layout.newline}${inner}`;
  return `${open}${lead}${parts.join(`,${lead}`)}${layout.newline}${indent}${close}`;
}

const splice = (text: string, start: number, end: number, put: string): string =>
  text.slice(0, start) + put + text.slice(end);

/** True for a map, which is merged and not replaced. */
function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
