/** What is wrong with an expression; offsets count in its text. */
export interface LanguageFault {
  readonly message: string;
  readonly hint?: string;
  readonly start: number;
}

/** What this code reads of the library's errors: permanent codes, the node, and a summary for all the rest. */
interface ErrorFacts {
  readonly code: string;
  readonly summary: string;
  readonly start: number;
  readonly end: number;
  readonly node: { readonly op?: string; readonly args?: unknown } | undefined;
}

/** Habits of other languages, and how the same is said here. */
const HABITS: readonly (readonly [RegExp, string])[] = [
  [/\bis\s+(not\s+)?defined\b/, 'Write has(vars.NAME), or !has(vars.NAME).'],
  [/\|\s*default\b/, 'Write vars.?NAME.orValue(…): there are no filters.'],
  [/[^|]\|[^|]/, 'There are no filters; see `doc expressions` for the functions.'],
  [/\s(and|or)\s/, 'Write && for and, || for or.'],
  [/(^|[\s(])not\s/, 'Write !x for not x, !(x in list) for x not in list.'],
  [/\b(True|False|None)\b/, 'Write true, false, null.'],
  [/[^=!<>]=[^=]/, 'Write == to compare.'],
  [/^\s*[.#%]/, 'Write {{ "{{…}}" }} where braces belong to a command, as in docker --format.'],
];

/** A parse or type error as a sentence, with a hint where a habit of another language shows. */
export function explainParse(error: unknown, text: string): LanguageFault {
  const facts = readError(error);
  const outside = text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');
  const habit = HABITS.find(([pattern]) => pattern.test(outside))?.[1];
  const message =
    facts.code === 'no_such_overload'
      ? overload(facts)
      : facts.code === 'no_matching_overload'
        ? unknownFunction(facts)
        : `the expression is not valid: ${lowerFirst(facts.summary)}`;
  const hint =
    habit ?? (facts.code === 'reserved_identifier' ? 'Write vars["NAME"] for a variable of that name.' : undefined);
  return { message, start: Math.min(facts.start, text.length), ...(hint === undefined ? {} : { hint }) };
}

/** Why an evaluation gave no value, as a short reason that follows a colon. */
export function explainEvaluation(error: unknown, text: string): { readonly why: string; readonly absent?: string } {
  const facts = readError(error);
  const part = text.slice(facts.start, facts.end).trim();
  if (facts.code === 'unknown_variable') return { why: `${part} has no value here`, absent: part };
  return { why: evaluationReason(facts, part) };
}

function evaluationReason(facts: ErrorFacts, part: string): string {
  if (facts.code === 'no_such_key') return missingKey(facts);
  if (facts.code === 'no_such_overload' || facts.code === 'no_matching_overload')
    return `${overload(facts)} in ${quote(part)}`;
  if (facts.code === 'invalid_logical_operand' || facts.code === 'invalid_condition_type')
    return `${quote(part)} is neither true nor false`;
  return lowerFirst(facts.summary);
}

function missingKey({ node, summary }: ErrorFacts): string {
  const [left, right] = Array.isArray(node?.args) ? (node.args as unknown[]) : [];
  const parent = textOf(left);
  if (typeof right === 'string' && parent === 'results')
    return `nothing is known of results.${right}: the play that registers it was left out`;
  if (typeof right === 'string' && parent !== undefined) return `${parent} has no "${right}"`;
  return lowerFirst(summary);
}

function overload({ summary }: ErrorFacts): string {
  const wanted = summary
    .replace(/^no such overload: |^found no matching overload for /, '')
    .replace(/dyn<([^<>]+)>/g, '$1');
  if (wanted.includes('optional'))
    return `a value that may be missing is used as it is (${wanted}); end it with .orValue(…)`;
  return `the types do not fit (${wanted})`;
}

function unknownFunction(facts: ErrorFacts): string {
  const name = /'(?:\S+\.)?(\w+)\(/.exec(facts.summary)?.[1];
  const types = overload(facts);
  return name === undefined ? types : `there is no function ${name} for these arguments: ${types}`;
}

/** The source of a node, as far as it is a name or a path of names. */
function textOf(node: unknown): string | undefined {
  const range = (node as { range?: { start: number; end: number }; input?: string } | undefined)?.range;
  const input = (node as { input?: string } | undefined)?.input;
  if (range === undefined || input === undefined) return undefined;
  return input.slice(range.start, range.end);
}

function readError(error: unknown): ErrorFacts {
  const { code, summary, range, node } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: string;
    summary?: string;
    range?: { start: number; end: number };
    node?: ErrorFacts['node'];
  };
  const message = summary ?? (error instanceof Error ? error.message : String(error));
  return { code: code ?? 'unexpected', summary: message, start: range?.start ?? 0, end: range?.end ?? 0, node };
}

function quote(part: string): string {
  return `\`${part}\``;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
