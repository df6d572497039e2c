import { nodesAround, nodesOf, type ShellNode, type ShellScript } from './shell-parser.ts';
import { UNKNOWN, type Word } from './word.ts';

/** Variables whose value stands in the file: set once, at the top level, to something known. */
export type Constants = ReadonlyMap<string, string>;

const NO_CONSTANTS: Constants = new Map();

/** The words of a simple command, its name first and never through a variable; assignments and redirections left out. */
export function commandWords(script: ShellScript, command: ShellNode, constants: Constants): readonly Word[] {
  return command.children
    .filter(({ field, type }) => field === 'argument' || type === 'command_name')
    .map((node) =>
      node.type === 'command_name'
        ? readWord(script, node.children[0] ?? node, NO_CONSTANTS)
        : readWord(script, node, constants),
    );
}

/** Reads one word after quotes and escapes. */
export function readWord(script: ShellScript, node: ShellNode, constants: Constants): Word {
  const value = wordValue(script, node, constants, false);
  const last = node.type === 'concatenation' ? (node.children.at(-1) ?? node) : node;
  const quoted = ['string', 'raw_string', 'ansi_c_string', 'translated_string'].includes(last.type);
  return { ...value, from: node.from, to: node.to, end: quoted ? node.to - 1 : node.to };
}

type Value = Pick<Word, 'value' | 'splits' | 'list'>;

const HIDDEN: Value = { value: UNKNOWN, splits: false, list: false };
const SPLITTING: Value = { value: UNKNOWN, splits: true, list: false };
const LIST: Value = { value: UNKNOWN, splits: true, list: true };
const plain = (value: string): Value => ({ value, splits: false, list: false });

function wordValue(script: ShellScript, node: ShellNode, constants: Constants, quoted: boolean): Value {
  const text = script.text.slice(node.from, node.to);
  switch (node.type) {
    case 'raw_string':
      return plain(text.slice(1, -1));
    case 'string':
      return joined(script, node, constants, true);
    case 'concatenation':
      return joined(script, node, constants, quoted);
    case 'simple_expansion':
    case 'expansion':
      return expansionValue(script, node, constants, quoted);
    case 'command_substitution':
    case 'arithmetic_expansion':
      return quoted ? HIDDEN : SPLITTING;
    case 'brace_expression':
    case 'process_substitution':
      return SPLITTING;
    case 'ansi_c_string':
      return text.includes('\\') ? HIDDEN : plain(text.slice(2, -1));
    default:
      if (node.children.length > 0) return quoted ? HIDDEN : SPLITTING;
      return { ...plain(quoted ? unescapeQuoted(text) : unescapePlain(text)), splits: isBraced(text) };
  }
}

/** The parts of a word; what the grammar leaves between two of them is text too. */
function joined(script: ShellScript, node: ShellNode, constants: Constants, quoted: boolean): Value {
  const inner = node.type === 'string' ? [node.from + 1, node.to - 1] : [node.from, node.to];
  let [at = 0, value, splits, list] = [inner[0], '', false, false];
  for (const child of node.children.filter(({ type }) => type !== '"')) {
    value += unescapeQuoted(script.text.slice(at, child.from));
    const part = wordValue(script, child, constants, quoted);
    value += part.value;
    splits ||= part.splits;
    list ||= part.list;
    at = child.to;
  }
  return { value: value + unescapeQuoted(script.text.slice(at, inner[1])), splits, list };
}

function expansionValue(script: ShellScript, node: ShellNode, constants: Constants, quoted: boolean): Value {
  const text = script.text.slice(node.from, node.to);
  const name = /^\$(?:\{(\w+)\}|(\w+))$/.exec(text);
  const value = constants.get(name?.[1] ?? name?.[2] ?? '');
  if (value !== undefined) return { ...plain(value), splits: !quoted && /[\s*?[]|^$/.test(value) };
  if (/[@*]/.test(text)) return LIST;
  return quoted ? HIDDEN : SPLITTING;
}

const unescapePlain = (text: string) =>
  text.replace(/\\(\n|[\s\S])/g, (_, next: string) => (next === '\n' ? '' : next));
const unescapeQuoted = (text: string) =>
  text.replace(/\\([\n"\\$`])/g, (_, next: string) => (next === '\n' ? '' : next));
const isBraced = (text: string) => /(?<!\\)\{[^}]*(?:,|\.\.)/.test(text);

/** Rounds of the loops around a command are looked at up to so many. */
const MAX_ROUNDS = 64;

/** What the variables hold in each round of the `for` loops around a node, where their words are known. */
export function roundsOf(script: ShellScript, node: ShellNode, constants: Constants): readonly Constants[] {
  let rounds: readonly Constants[] = [constants];
  for (const loop of [...nodesAround(node)].reverse()) {
    if (loop.type !== 'for_statement') continue;
    const name = loop.children.find(({ field }) => field === 'variable');
    const words = loop.children
      .filter(({ field }) => field === 'value')
      .map((each) => readWord(script, each, constants));
    if (name === undefined || words.some(({ value, splits }) => splits || /[\0*?[]/.test(value))) continue;
    const variable = script.text.slice(name.from, name.to);
    const more = rounds.flatMap((round) => words.map(({ value }) => new Map([...round, [variable, value]])));
    if (more.length > 0 && more.length <= MAX_ROUNDS) rounds = more;
  }
  return rounds;
}

/** Finds the variables that hold one known value wherever they are used. */
export function readConstants(script: ShellScript): Constants {
  const written = new Map<string, number>();
  const constants = new Map<string, string>();
  const nodes = [...nodesOf(script.root)];
  for (const node of nodes)
    for (const name of namesWritten(script, node)) written.set(name, (written.get(name) ?? 0) + 1);
  for (const node of nodes) {
    if (node.type !== 'variable_assignment' || !isTopLevel(node)) continue;
    const [name, operator, value] = node.children;
    const variable = name?.type === 'variable_name' ? script.text.slice(name.from, name.to) : '';
    if (written.get(variable) !== 1 || operator?.type !== '=') continue;
    const word = value === undefined ? plain('') : readWord(script, value, constants);
    if (!word.value.includes(UNKNOWN)) constants.set(variable, word.value);
  }
  return constants;
}

function isTopLevel({ parent }: ShellNode): boolean {
  const around =
    parent?.type === 'declaration_command' || parent?.type === 'variable_assignments' ? parent.parent : parent;
  return around?.type === 'program';
}

/** Builtins that write the variables that they are given the names of. */
const WRITERS = ['read', 'mapfile', 'readarray', 'getopts', 'printf', 'unset', 'let'];

function namesWritten(script: ShellScript, node: ShellNode): readonly string[] {
  const text = (each: ShellNode) => script.text.slice(each.from, each.to);
  const named = node.children.filter(({ type }) => type === 'variable_name' || type === 'word').map(text);
  switch (node.type) {
    case 'variable_assignment':
      return node.children.slice(0, 1).map((name) => text(name).replace(/\[.*$/s, ''));
    case 'for_statement':
    case 'select_statement':
      return node.children.filter(({ field }) => field === 'variable').map(text);
    case 'declaration_command':
      // `export NAME` and `readonly NAME` leave the value alone, `local NAME` does not.
      return /^(local|declare|typeset)/.test(text(node)) ? named : [];
    case 'unset_command':
      return named;
    case 'expansion':
      return /^\$\{(\w+):?=/.exec(text(node))?.slice(1, 2) ?? [];
    case 'command':
      return WRITERS.includes(text(node.children[0] ?? node)) ? node.children.slice(1).map(text) : [];
    default:
      return [];
  }
}
