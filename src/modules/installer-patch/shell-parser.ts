import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as Library from 'web-tree-sitter';

/** A node of a shell script: a name of the grammar tree-sitter-bash, a range in UTF-16 units, and what it is of its parent. */
export interface ShellNode {
  readonly type: string;
  readonly field: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly parent: ShellNode | undefined;
  readonly children: readonly ShellNode[];
}

/** A script that was read: its tree, and where the first part stands that could not be understood. */
export interface ShellScript {
  readonly text: string;
  readonly root: ShellNode;
  readonly faultAt: number | undefined;
}

/** Reads a script of sh or bash; never throws for what a script may hold. */
export type ShellParser = (text: string) => ShellScript;

/** The library keeps one machine for the whole process, and two that start it at once break each other's trees. */
let loading: Promise<ShellParser> | undefined;

/** Loads the parser, which takes some twenty milliseconds and is therefore neither part of a start nor of the bundle. */
export function loadShellParser(): Promise<ShellParser> {
  loading ??= startParser();
  return loading;
}

async function startParser(): Promise<ShellParser> {
  const { Language, Parser } = createRequire(import.meta.url)(fileOf('web-tree-sitter', '.cjs')) as typeof Library;
  const [core, grammar] = await Promise.all([
    readFile(fileOf('web-tree-sitter', '.wasm')),
    readFile(fileOf('tree-sitter-bash', '.wasm')),
  ]);
  await Parser.init({ wasmBinary: core });
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) return { text, root: leaf, faultAt: 0 };
    const script = { text, root: copy(tree.rootNode, undefined, undefined), faultAt: faultOf(tree.rootNode) };
    tree.delete();
    return script;
  };
}

const leaf: ShellNode = { type: 'program', field: undefined, from: 0, to: 0, parent: undefined, children: [] };

/** Beside the bundle, where the build puts it; in a checkout, where npm put it. */
function fileOf(library: string, ending: '.cjs' | '.wasm'): string {
  const beside = fileURLToPath(new URL(`${library}${ending}`, import.meta.url));
  if (existsSync(beside)) return beside;
  // The package exports its code under its own name, and its .wasm under the name of the file.
  return createRequire(import.meta.url).resolve(ending === '.cjs' ? library : `${library}/${library}${ending}`);
}

/** The library's nodes live in the parser's memory; ours do not. */
function copy(node: Library.Node, field: string | undefined, parent: ShellNode | undefined): ShellNode {
  const children: ShellNode[] = [];
  const mine = { type: node.type, field, from: node.startIndex, to: node.endIndex, parent, children };
  for (const [index, child] of node.children.entries()) {
    children.push(copy(child, node.fieldNameForChild(index) ?? undefined, mine));
  }
  return mine;
}

function faultOf(node: Library.Node): number | undefined {
  if (!node.hasError) return undefined;
  if (node.isError || node.isMissing) return node.startIndex;
  for (const child of node.children) {
    const at = faultOf(child);
    if (at !== undefined) return at;
  }
  return node.startIndex;
}

/** Every node from there down, parents first. */
export function* nodesOf(node: ShellNode): Generator<ShellNode> {
  yield node;
  for (const child of node.children) yield* nodesOf(child);
}

/** The nodes around a node, the innermost first. */
export function* nodesAround(node: ShellNode): Generator<ShellNode> {
  for (let at = node.parent; at !== undefined; at = at.parent) yield at;
}
