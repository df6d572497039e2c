import { UnbusyError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { LANGUAGE_NAMES } from '../expression/cel.ts';
import { ANSIBLE_KEYS, SECRET_KEYS } from './connection-keys.ts';
import { RESERVED_NAMES } from './expression-names.ts';
import { Mistakes } from './mistakes.ts';
import { SourceText } from './source-text.ts';
import { readFailure, type TextReader } from './text-reader.ts';
import { parseYaml } from './yaml.ts';
import { describe } from './yaml-node.ts';

/** The variables of all -e, the last one winning, and where each came from. */
export interface ExtraVars {
  readonly vars: JsonObject;
  readonly origin: Readonly<Record<string, string>>;
}

/**
 * Reads the arguments of -e: `k=v` (text always; several are separated by spaces, quotes keep spaces), a YAML or JSON
 * mapping `{...}`, or `@FILE`. Throws MistakesError (E_USAGE) with every mistake.
 */
export function readExtraVars(given: readonly string[], reader: TextReader): ExtraVars {
  const mistakes = new Mistakes('E_USAGE');
  const vars: { [key: string]: Json } = {};
  const origin: Record<string, string> = {};
  for (const [index, argument] of given.entries()) {
    const one = new ArgumentReader(argument, given.length > 1 ? `-e #${index + 1}` : '-e', reader, mistakes);
    for (const [name, value] of one.read()) {
      vars[name] = value;
      origin[name] = one.origin;
    }
  }
  mistakes.throwIfAny();
  return { vars, origin };
}

/** Reads one argument of -e. */
class ArgumentReader {
  readonly #argument: string;
  /** What mistakes call this argument. */
  readonly #label: string;
  readonly #reader: TextReader;
  readonly #mistakes: Mistakes;

  constructor(argument: string, label: string, reader: TextReader, mistakes: Mistakes) {
    this.#argument = argument;
    this.#label = label;
    this.#reader = reader;
    this.#mistakes = mistakes;
  }

  get origin(): string {
    return this.#argument.startsWith('@') ? `-e ${this.#argument}` : '-e';
  }

  read(): readonly (readonly [string, Json])[] {
    if (this.#argument.startsWith('@')) return this.#file(this.#argument.slice(1));
    if (this.#argument.trimStart().startsWith('{')) return this.#mapping(this.#label, this.#argument);
    return this.#pairs(new SourceText(this.#label, this.#argument));
  }

  #file(path: string): readonly (readonly [string, Json])[] {
    let text: string;
    try {
      text = this.#reader.read(path);
    } catch (error) {
      throw new UnbusyError('E_USAGE', `the variables of -e @${path} cannot be read: ${readFailure(error)}`, {
        cause: error,
      });
    }
    return this.#mapping(path, text);
  }

  #mapping(file: string, text: string): readonly (readonly [string, Json])[] {
    try {
      const { source, root } = parseYaml(file, text, 'E_USAGE');
      if (root === undefined) return [];
      if (root.entries === undefined) {
        this.#mistakes.add(
          source.placeAt(root.offset),
          `variables are a mapping, found ${describe(root.value)}`,
          'Write each as key: value.',
        );
        return [];
      }
      const entries = [...root.entries.values()];
      for (const { key, keyOffset } of entries) this.#checkName(key, source, keyOffset);
      return entries.map(({ key, node }) => [key, node.value]);
    } catch (error) {
      this.#mistakes.take(error);
      return [];
    }
  }

  #pairs(source: SourceText): readonly (readonly [string, Json])[] {
    const pairs: [string, Json][] = [];
    for (const { word, offset } of splitWords(source.text)) {
      const equals = word.indexOf('=');
      if (equals > 0) {
        const name = word.slice(0, equals);
        this.#checkName(name, source, offset);
        pairs.push([name, word.slice(equals + 1)]);
      } else
        this.#mistakes.add(
          source.placeAt(offset),
          `"${word}" is no variable: write -e NAME=VALUE`,
          'Put a value with spaces in quotes: -e "note=\'two words\'". A file is @FILE.',
        );
    }
    return pairs;
  }

  #checkName(name: string, source: SourceText, offset: number): void {
    const place = source.placeAt(offset);
    if (Object.hasOwn(ANSIBLE_KEYS, name) || Object.hasOwn(SECRET_KEYS, name))
      this.#mistakes.add(
        place,
        `"${name}" is no variable here`,
        SECRET_KEYS[name] ?? 'Set it in the inventory, or use -u, --private-key, -b.',
      );
    else if (RESERVED_NAMES.has(name) || LANGUAGE_NAMES.has(name) || name === '__proto__')
      this.#mistakes.add(place, `"${name}" has a meaning of its own in expressions`, 'Choose another name.');
  }
}

/** Words between spaces; '…' and "…" keep spaces, and a backslash keeps the next character outside '…'. */
function splitWords(text: string): readonly { readonly word: string; readonly offset: number }[] {
  const words: { word: string; offset: number }[] = [];
  for (const match of text.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\]|['"\\])+/gs)) {
    const word = match[0].replace(
      /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/gs,
      (_, single, double, escaped) =>
        single ?? (double === undefined ? undefined : double.replace(/\\(["\\])/g, '$1')) ?? escaped,
    );
    words.push({ word, offset: match.index });
  }
  return words;
}
