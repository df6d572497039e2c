import type { Json } from '../../core/json.ts';

/** A value of a JSON text with the place where it stands: offsets of its first character, and behind its last. */
export type JsonNode = JsonObjectNode | JsonArrayNode | JsonScalarNode;

/** `{…}`; no key stands twice. */
export interface JsonObjectNode {
  readonly kind: 'object';
  readonly start: number;
  readonly end: number;
  readonly members: readonly JsonMember[];
}

/** `[…]`. */
export interface JsonArrayNode {
  readonly kind: 'array';
  readonly start: number;
  readonly end: number;
  readonly items: readonly JsonNode[];
}

/** A text, a number, true, false or null. */
export interface JsonScalarNode {
  readonly kind: 'scalar';
  readonly start: number;
  readonly end: number;
  readonly value: string | number | boolean | null;
}

/** A key with its value; `start` and `keyEnd` are those of the key with its quotes. */
export interface JsonMember {
  readonly key: string;
  readonly start: number;
  readonly keyEnd: number;
  readonly node: JsonNode;
}

/** Where a text is no JSON, and why; line and column count from 1, columns in characters. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A JSON text that was read, or the first place where it is none (RFC 8259; a key that stands twice is a fault too). */
export type ParsedJson =
  | { readonly ok: true; readonly root: JsonNode }
  | { readonly ok: false; readonly fault: JsonFault };

/** Deeper than any configuration is; the stack of the reader is not to be the limit. */
const MAX_DEPTH = 100;

const SPACE = /[ \t\r\n]*/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const WORD = /(?:true|false|null)(?!\w)/y;

/** Reads a JSON text; a byte order mark at its start is passed over. */
export function parseJsonTree(text: string): ParsedJson {
  const reader = new Reader(text);
  try {
    return { ok: true, root: reader.document() };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { ok: false, fault: { ...placeOf(text, thrown.at), message: thrown.message } };
  }
}

/** The value that a node stands for. */
export function jsonOf(node: JsonNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(jsonOf);
  return Object.fromEntries(node.members.map((member) => [member.key, jsonOf(member.node)]));
}

/** The member of that key. */
export function memberOf(node: JsonObjectNode, key: string): JsonMember | undefined {
  return node.members.find((member) => member.key === key);
}

class Fault extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    if (this.#text.startsWith('\ufeff')) this.#at = 1;
    const root = this.#value(0);
    if (this.#peek() !== '') this.#fail('something follows the end of the JSON value');
    return root;
  }

  #value(depth: number): JsonNode {
    const next = this.#peek();
    if (depth > MAX_DEPTH) this.#fail(`is nested more than ${MAX_DEPTH} deep`);
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    const start = this.#at;
    const found = this.#take(TEXT) ?? this.#take(NUMBER) ?? this.#take(WORD);
    if (found === undefined) this.#fail(this.#trouble('a value'));
    return { kind: 'scalar', start, end: this.#at, value: JSON.parse(found) as JsonScalarNode['value'] };
  }

  #object(depth: number): JsonObjectNode {
    const start = this.#at++;
    const members: JsonMember[] = [];
    const seen = new Map<string, number>();
    while (this.#peek() !== '}' || members.length > 0) {
      this.#peek();
      const at = this.#at;
      const quoted = this.#take(TEXT);
      if (quoted === undefined)
        this.#fail(this.#trouble(members.length === 0 ? 'a key in quotes, or `}`,' : 'a key in quotes'));
      const key = JSON.parse(quoted) as string;
      const before = seen.get(key);
      if (before !== undefined) {
        throw new Fault(
          at,
          `the key ${quoted} stands here for the second time, after line ${placeOf(this.#text, before).line}`,
        );
      }
      seen.set(key, at);
      const keyEnd = this.#at;
      if (this.#peek() !== ':') this.#fail(this.#trouble('`:` after a key'));
      this.#at++;
      members.push({ key, start: at, keyEnd, node: this.#value(depth + 1) });
      if (this.#isClosed('}')) break;
    }
    this.#at++;
    return { kind: 'object', start, end: this.#at, members };
  }

  #array(depth: number): JsonArrayNode {
    const start = this.#at++;
    const items: JsonNode[] = [];
    while (this.#peek() !== ']' || items.length > 0) {
      items.push(this.#value(depth + 1));
      if (this.#isClosed(']')) break;
    }
    this.#at++;
    return { kind: 'array', start, end: this.#at, items };
  }

  /** After a member or an item: the end, which is left standing, or a comma, which must not stand before it. */
  #isClosed(bracket: '}' | ']'): boolean {
    const next = this.#peek();
    if (next === bracket) return true;
    if (next !== ',') this.#fail(this.#trouble(`\`,\` or \`${bracket}\``));
    const comma = this.#at++;
    if (this.#peek() === bracket) throw new Fault(comma, `a comma must not stand before \`${bracket}\``);
    return false;
  }

  /** The next character that is no white space; empty at the end. */
  #peek(): string {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.#text);
    this.#at = SPACE.lastIndex;
    return this.#text.charAt(this.#at);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #trouble(wanted: string): string {
    const next = this.#peek();
    if (next === '') return `the text ends where ${wanted} should stand`;
    if (next === '"' && wanted.startsWith('a ')) return 'a text is not closed, or holds what JSON does not allow';
    if (next === '/' || next === '#') return 'JSON has no comments';
    return `${wanted} should stand here`;
  }

  #fail(message: string): never {
    throw new Fault(this.#at, message);
  }
}

function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split(/\r\n|\r|\n/);
  const last = (before.at(-1) ?? '').replace('\ufeff', '');
  return { line: before.length, column: [...last].length + 1 };
}
