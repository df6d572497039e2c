/** A node of a parsed expression, as far as it is looked at here; offsets count in the expression's text. */
export interface SyntaxNode {
  readonly op: string;
  readonly args: unknown;
  readonly range: { readonly start: number; readonly end: number };
}

/** A name that an expression reads, and where. */
export interface NameUse {
  readonly name: string;
  readonly start: number;
}

/** What an expression reads and which patterns it matches. */
export interface TreeFacts {
  /** Root names, without those that a macro binds. */
  readonly roots: readonly NameUse[];
  /** Members of a root that are written out: facts.kernel, vars.?x, vars["x"]. */
  readonly members: readonly (NameUse & { readonly of: string })[];
  /** Names of functions that are called as name(…). */
  readonly calls: ReadonlySet<string>;
  /** Arguments of matches(); undefined if it is not a text that is written out. */
  readonly patterns: readonly { readonly pattern: string | undefined; readonly start: number }[];
}

/** Macros whose first argument is a name that they bind for the others. */
const BINDING_MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

/** Collects names, members and patterns of a parsed expression. */
export function readTree(root: SyntaxNode): TreeFacts {
  const facts = {
    roots: [] as NameUse[],
    members: [] as (NameUse & { of: string })[],
    calls: new Set<string>(),
    patterns: [] as TreeFacts['patterns'][number][],
  };
  walk(root, new Set(), facts);
  return facts;
}

type Collected = {
  readonly roots: NameUse[];
  readonly members: (NameUse & { of: string })[];
  readonly calls: Set<string>;
  readonly patterns: TreeFacts['patterns'][number][];
};

function walk(node: SyntaxNode, bound: ReadonlySet<string>, facts: Collected): void {
  if (node.op === 'id') {
    const name = String(node.args);
    if (!bound.has(name)) facts.roots.push({ name, start: node.range.start });
    return;
  }
  if (node.op === 'value') return;
  noteMember(node, bound, facts);
  const [name, receiver, given] = Array.isArray(node.args) ? (node.args as unknown[]) : [];
  if (node.op === 'rcall' && isNode(receiver) && Array.isArray(given)) {
    walk(receiver, bound, facts);
    walkCall(String(name), given.filter(isNode), bound, facts);
    return;
  }
  if (node.op === 'call') facts.calls.add(String(name));
  for (const inner of innerNodes(node.args)) walk(inner, bound, facts);
}

function walkCall(name: string, given: readonly SyntaxNode[], bound: ReadonlySet<string>, facts: Collected): void {
  const [first] = given;
  if (name === 'matches' && first !== undefined) {
    const pattern = first.op === 'value' && typeof first.args === 'string' ? first.args : undefined;
    facts.patterns.push({ pattern, start: first.range.start });
  }
  const binds = BINDING_MACROS.has(name) && first?.op === 'id' && given.length >= 2;
  const inside = binds ? new Set([...bound, String(first.args)]) : bound;
  for (const inner of binds ? given.slice(1) : given) walk(inner, inside, facts);
}

function noteMember(node: SyntaxNode, bound: ReadonlySet<string>, facts: Collected): void {
  if (!['.', '.?', '[]', '[?]'].includes(node.op) || !Array.isArray(node.args)) return;
  const [left, right] = node.args as [unknown, unknown];
  if (!isNode(left) || left.op !== 'id' || bound.has(String(left.args))) return;
  const name = isNode(right) ? (right.op === 'value' ? right.args : undefined) : right;
  if (typeof name !== 'string') return;
  const start = isNode(right) ? right.range.start : node.range.end - name.length;
  facts.members.push({ of: String(left.args), name, start });
}

function innerNodes(args: unknown): readonly SyntaxNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(innerNodes) : [];
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'range' in value && !Array.isArray(value);
}
