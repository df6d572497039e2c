import type { Problem } from './problem.ts';
import type { ShellCommand } from './shell-commands.ts';
import { functionAround, type ListStep, listsAround } from './shell-lists.ts';
import type { ShellNode, ShellScript } from './shell-parser.ts';

/** Where whole lines can be added: an offset at the start of a line, or at the end of a text without a last newline. */
export interface LinePlace {
  readonly at: number;
  readonly indent: string;
}

/** Before the first of the commands, or after the last of them. */
export type Side = 'before' | 'after';

/**
 * Finds the innermost list of statements that all of the commands belong to, outside of loops and pipelines, and the
 * line before the first of them or after the last. A function that is called once counts as if it stood at its call.
 */
export function findPlace(
  script: ShellScript,
  all: readonly ShellCommand[],
  wanted: readonly ShellCommand[],
  side: Side,
): LinePlace | Problem {
  const chains = wanted.flatMap((command) => chainsOf(script, all, command.node, []));
  const [first] = chains;
  if (first === undefined) return { at: 0, why: 'has no such command', hint: BY_HAND };
  let depth = 0;
  while (first[depth] !== undefined && chains.every((chain) => chain[depth]?.owner === first[depth]?.owner)) depth += 1;
  for (let level = depth - 1; level >= 0; level -= 1) {
    const steps = chains.map((chain) => chain[level]).filter((step) => step !== undefined);
    const place = lineAt(script, steps, side);
    if (place !== undefined) return place;
    const owner = steps[0]?.owner;
    if (owner?.type === 'case_item') break;
  }
  const at = (side === 'before' ? wanted[0] : wanted.at(-1))?.node.from ?? 0;
  return { at, why: `there is no line of its own ${side} this where the hook could be called once`, hint: BY_HAND };
}

const BY_HAND = 'Put the commands on lines of their own in one function, or add the call of the hook by hand.';

/** The lists around a node; one chain, or one for each call of its function where that is called several times. */
function chainsOf(
  script: ShellScript,
  all: readonly ShellCommand[],
  node: ShellNode,
  open: readonly ShellNode[],
): readonly (readonly ListStep[])[] {
  const inside = listsAround(node);
  const definition = functionAround(node);
  if (definition === undefined) return [inside];
  if (open.includes(definition)) return [];
  const name = definition.children.find(({ field }) => field === 'name');
  const called = name === undefined ? '' : script.text.slice(name.from, name.to);
  const calls = all.filter(({ inner }) => inner[0]?.value === called);
  const outside = calls.flatMap((call) =>
    chainsOf(script, all, call.node, [...open, definition]).map((chain) => ({ chain, call })),
  );
  // Called by a name that is not in the text: nothing is known but the function itself.
  if (outside.length === 0) return [inside];
  if (calls.length > 1) return outside.map(({ chain }) => chain);
  return outside.map(({ chain, call }) => (isOpen(call.node) ? [...chain, ...inside] : chain));
}

/** False inside of a loop or a pipeline: what is called there runs several times, or beside others. */
function isOpen(call: ShellNode): boolean {
  const steps = listsAround(call);
  const innermost = steps.at(-1);
  const statement = innermost?.statements[innermost.index];
  for (let at: ShellNode | undefined = call; at !== undefined && at !== statement; at = at.parent) {
    if (!['command', 'redirected_statement', 'list'].includes(at.type)) return false;
  }
  return statement !== undefined && ['command', 'redirected_statement', 'list'].includes(statement.type);
}

function lineAt(script: ShellScript, steps: readonly ListStep[], side: Side): LinePlace | undefined {
  const statements = steps[0]?.statements ?? [];
  const indexes = steps.map(({ index }) => index);
  return side === 'before'
    ? lineBefore(script.text, statements, Math.min(...indexes))
    : lineAfter(script.text, statements, Math.max(...indexes));
}

/** The start of the line of a statement, if only statements of the same list stand before it there. */
function lineBefore(text: string, statements: readonly ShellNode[], index: number): LinePlace | undefined {
  let at = statements[index]?.from ?? 0;
  for (let each = index; each >= 0; each -= 1) {
    const statement = statements[each];
    const start = text.lastIndexOf('\n', at - 1) + 1;
    if (statement === undefined || statement.to <= start) break;
    at = statement.from;
  }
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const indent = text.slice(start, at);
  return /^[ \t]*$/.test(indent) && !text.slice(0, start).endsWith('\\\n') ? { at: start, indent } : undefined;
}

/** The line after a statement, if nothing but statements of the same list and a comment follows it on its own. */
function lineAfter(text: string, statements: readonly ShellNode[], index: number): LinePlace | undefined {
  let to = statements[index]?.to ?? 0;
  for (const statement of statements.slice(index + 1)) {
    if (text.slice(to, statement.from).includes('\n')) break;
    to = statement.to;
  }
  const newline = text[to - 1] === '\n' ? to - 1 : text.indexOf('\n', to);
  const end = newline < 0 ? text.length : newline;
  if (!/^[ \t]*[;&]?[ \t]*(#.*)?$/.test(text.slice(Math.min(to, end), end))) return undefined;
  const from = statements[index]?.from ?? 0;
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', from - 1) + 1))?.[0] ?? '';
  return { at: newline < 0 ? end : end + 1, indent };
}
