import { nodesAround, type ShellNode } from './shell-parser.ts';

/** A list of statements that run one after the other, and which of them a command is part of. */
export interface ListStep {
  /** The node that holds the list; `from` of it names it. */
  readonly owner: ShellNode;
  readonly statements: readonly ShellNode[];
  readonly index: number;
}

/** Nodes that hold statements one after the other. */
const OWNERS = ['program', 'compound_statement', 'subshell', 'if_statement', 'elif_clause', 'else_clause', 'case_item'];
/** Where a line more would run several times, or as a part of something else. */
const CLOSED = [
  'do_group',
  'for_statement',
  'while_statement',
  'c_style_for_statement',
  'pipeline',
  'negated_command',
  'command_substitution',
  'process_substitution',
  'heredoc_body',
  'heredoc_redirect',
];

/** The lists around a node, the outermost first, down to the first place where no line may be added; those of one function only. */
export function listsAround(node: ShellNode): readonly ListStep[] {
  const around = [node, ...nodesAround(node)];
  const border = around.findIndex(({ type }) => type === 'function_definition');
  const path = (border < 0 ? around : around.slice(0, border)).reverse();
  const steps: ListStep[] = [];
  for (const [depth, owner] of path.entries()) {
    if (CLOSED.includes(owner.type)) break;
    const next = path[depth + 1];
    if (!OWNERS.includes(owner.type) || next === undefined) continue;
    const statements = statementsOf(owner);
    const index = statements.indexOf(next);
    if (index >= 0) steps.push({ owner, statements, index });
  }
  return steps;
}

/** The function that a node is in. */
export function functionAround(node: ShellNode): ShellNode | undefined {
  return [...nodesAround(node)].find(({ type }) => type === 'function_definition');
}

/** Tokens and clauses that are no statements. */
const PARTS = ['comment', 'elif_clause', 'else_clause', 'word', 'string'];

function statementsOf(owner: ShellNode): readonly ShellNode[] {
  const then = owner.children.findIndex(({ type }) => type === 'then');
  return owner.children
    .slice(then + 1)
    .filter(
      ({ type, field }) =>
        field === undefined && /^[a-z]\w*_\w+$|^(command|list|pipeline|subshell)$/.test(type) && !PARTS.includes(type),
    );
}
