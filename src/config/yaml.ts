import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml';
import type { ErrorCode } from '../core/error-codes.ts';
import { MistakesError, UnbusyError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { SourceText } from './source-text.ts';
import { tooDeepAt } from './yaml-depth.ts';
import { explainSyntax } from './yaml-mistakes.ts';
import type { YamlEntry, YamlFile, YamlNode } from './yaml-node.ts';

/** More values than this, aliases counted each time they are used, are taken for an alias bomb. */
const MAX_VALUES = 2_000_000;
const MAX_DEPTH = 100;
/** A parser that lost the thread complains of all that follows; so many syntax errors are told one by one. */
const MAX_SYNTAX_ERRORS = 5;

/**
 * Parses one YAML 1.2 document (core schema, strict). Throws MistakesError with all mistakes, each of the given code.
 * Refused besides syntax errors: duplicate keys, keys that are not plain values, tags, merge keys, several documents,
 * numbers that would lose digits, and aliases that refer to themselves or explode.
 */
export function parseYaml(file: string, text: string, code: ErrorCode): YamlFile {
  const source = new SourceText(file, text);
  const reader = new Reader(source, code);
  const nul = text.indexOf('\0');
  if (nul >= 0) throw new MistakesError([reader.error(nul, 'this is not a text file: it holds a NUL byte')]);
  const tokens = [...new Parser().parse(text)];
  const deep = tooDeepAt(tokens, MAX_DEPTH);
  if (deep !== undefined) reader.mistake(deep, `values are nested more than ${MAX_DEPTH} deep`);
  const root = deep === undefined ? compose(tokens, text, reader) : undefined;
  if (reader.mistakes.length > 0) throw new MistakesError(reader.mistakes);
  return { source, root };
}

function compose(tokens: Parameters<Composer['compose']>[0], text: string, reader: Reader): YamlNode | undefined {
  const composer = new Composer({ version: '1.2', strict: true, uniqueKeys: false, prettyErrors: false });
  const [document, second] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined) return undefined;
  let tokenLine = -1;
  const faults = [...document.errors, ...document.warnings].filter(({ code, pos }) => {
    const line = text.lastIndexOf('\n', pos[0] - 1);
    // One token in the wrong place makes all behind it on its line unexpected.
    if (code === 'UNEXPECTED_TOKEN' && line === tokenLine) return false;
    if (code === 'UNEXPECTED_TOKEN') tokenLine = line;
    return true;
  });
  for (const { code, message, pos } of faults.slice(0, MAX_SYNTAX_ERRORS))
    reader.mistake(pos[0], ...explainSyntax(code, message, text, pos[0]));
  const next = faults[MAX_SYNTAX_ERRORS];
  if (next !== undefined)
    reader.mistake(next.pos[0], `${faults.length - MAX_SYNTAX_ERRORS} more from here on, which may come of the above`);
  if (second !== undefined) reader.mistake(second.range[0], ...explainSyntax('MULTIPLE_DOCS', '', text, 0));
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== '1.2')
    reader.mistake(0, `YAML ${document.directives.yaml.version} is not read, only 1.2`, 'Remove the %YAML line.');
  return reader.mistakes.length === 0 ? reader.root(document as Document) : undefined;
}

/** Turns the library's nodes into ours and collects mistakes on the way. */
class Reader {
  readonly mistakes: UnbusyError[] = [];
  readonly #source: SourceText;
  readonly #code: ErrorCode;
  readonly #anchors = new Map<string, { node: YamlNode; values: number; height: number } | 'open'>();
  #values = 0;
  #depth = 0;
  /** Deepest level below the value that is being read. */
  #deepest = 0;

  constructor(source: SourceText, code: ErrorCode) {
    this.#source = source;
    this.#code = code;
  }

  mistake(offset: number, message: string, hint?: string): void {
    this.mistakes.push(this.error(offset, message, hint));
  }

  error(offset: number, message: string, hint?: string): UnbusyError {
    const place = this.#source.placeAt(offset);
    return new UnbusyError(this.#code, message, { place, ...(hint === undefined ? {} : { hint }) });
  }

  root(document: Document): YamlNode | undefined {
    const contents = document.contents;
    if (contents === null || (isScalar(contents) && contents.value === null && contents.source === ''))
      return undefined;
    return this.#read(contents, 0);
  }

  #read(node: Node | null, fallback: number): YamlNode {
    const offset = node?.range?.[0] ?? fallback;
    this.#values += 1;
    if (node === null) return { value: null, offset };
    if (isAlias(node)) return this.#alias(node.source, offset);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const [before, outer] = [this.#values, this.#deepest];
    this.#deepest = this.#depth;
    const read = this.#readPlain(node, offset);
    const height = this.#deepest - this.#depth;
    this.#deepest = Math.max(outer, this.#deepest);
    if (anchor !== undefined) this.#anchors.set(anchor, { node: read, values: this.#values - before + 1, height });
    return read;
  }

  #readPlain(node: Node, offset: number): YamlNode {
    if (isScalar(node)) return this.#scalar(node.value, node.source, node.type, offset);
    this.#depth += 1;
    this.#deepest = Math.max(this.#deepest, this.#depth);
    const read = isMap(node) ? this.#map(node, offset) : isSeq(node) ? this.#list(node.items, offset) : undefined;
    this.#depth -= 1;
    return read ?? { value: null, offset };
  }

  #list(items: readonly unknown[], offset: number): YamlNode {
    const nodes = items.map((item) => this.#read(item as Node | null, offset));
    return { value: nodes.map((node) => node.value), offset, items: nodes };
  }

  #map(map: YAMLMap, offset: number): YamlNode {
    const entries = new Map<string, YamlEntry>();
    const value: { [key: string]: Json } = {};
    for (const pair of map.items as Pair<unknown, unknown>[]) {
      const entry = this.#entry(pair, offset, entries);
      if (entry === undefined) continue;
      entries.set(entry.key, entry);
      value[entry.key] = entry.node.value;
    }
    return { value, offset, entries };
  }

  #entry(pair: Pair<unknown, unknown>, offset: number, known: ReadonlyMap<string, YamlEntry>): YamlEntry | undefined {
    const keyNode = pair.key as Node | null;
    const keyOffset = keyNode?.range?.[0] ?? offset;
    const key = this.#key(keyNode, keyOffset);
    if (key === undefined) return undefined;
    const node = this.#read(pair.value as Node | null, keyNode?.range?.[1] ?? keyOffset);
    const first = known.get(key);
    if (first === undefined) return { key, keyOffset, node };
    const { line } = this.#source.placeAt(first.keyOffset);
    this.mistake(
      keyOffset,
      `"${key}" stands twice in the same mapping; the first is on line ${line}`,
      'Keep one of the two.',
    );
    return undefined;
  }

  /** Keys are taken as they are written, so that 0010 stays 0010. */
  #key(node: Node | null, offset: number): string | undefined {
    if (!isScalar(node) || (node.value === null && node.source === '')) {
      const braces = this.#source.text.startsWith('{', offset);
      if (braces) this.mistake(offset, 'a value that begins with {{ must be in quotes', 'Write "{{ … }}".');
      else this.mistake(offset, 'a key must be a plain word or a text in quotes');
      return undefined;
    }
    const key = node.source ?? String(node.value);
    if (key === '<<' && node.type === 'PLAIN')
      this.mistake(offset, 'merge keys (<<) are not part of YAML 1.2', 'Write the keys out.');
    else if (key === '__proto__') this.mistake(offset, '"__proto__" cannot be a key');
    else return key;
    return undefined;
  }

  #scalar(value: unknown, source: string | undefined, type: string | undefined, offset: number): YamlNode {
    const quoted = type !== undefined && type !== 'PLAIN';
    const written = source === undefined ? { quoted } : { source, quoted };
    if (typeof value === 'string') return { value, offset, ...written };
    if (typeof value === 'number') {
      const lost = !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value));
      if (lost)
        this.mistake(offset, `the number ${source} cannot be kept exactly`, `Quote it if it is text: '${source}'.`);
      return { value: lost ? null : value, offset, ...written };
    }
    return { value: typeof value === 'boolean' ? value : null, offset, ...written };
  }

  #alias(name: string, offset: number): YamlNode {
    const target = this.#anchors.get(name);
    const empty = { value: null, offset };
    if (target === 'open') this.mistake(offset, `the alias *${name} refers to a value that it is part of`);
    else if (target === undefined) this.mistake(offset, `there is no anchor &${name} before this alias`);
    else if (this.#depth + target.height > MAX_DEPTH)
      this.mistake(offset, `values are nested more than ${MAX_DEPTH} deep`, 'Write the values out.');
    else if (this.#values + target.values > MAX_VALUES) {
      if (this.#values <= MAX_VALUES)
        this.mistake(offset, 'aliases of aliases make this file explode', 'Write the values out.');
      this.#values = MAX_VALUES + 1;
    } else {
      this.#values += target.values;
      this.#deepest = Math.max(this.#deepest, this.#depth + target.height);
      return target.node;
    }
    return empty;
  }
}
