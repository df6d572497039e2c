import { Environment } from '@marcbachmann/cel-js';
import type { Json } from '../core/json.ts';
import { isVersion, vercmp } from '../core/vercmp.ts';
import { explainEvaluation, explainParse, type LanguageFault } from './faults.ts';
import type { SyntaxNode } from './syntax-tree.ts';
import { lift, lower } from './values.ts';

/** Thrown inside an evaluation; its message becomes the reason why the value is unknown. */
class Undecidable extends Error {}

/** Longer expressions are refused: the parser recurses, for instance once for each `!`. */
const MAX_LENGTH = 2000;
const LIMITS = { maxAstNodes: 2000, maxDepth: 60, maxListElements: 1000, maxMapEntries: 1000, maxCallArguments: 32 };

/** What the checker knows: the language itself and our functions. */
const checking = newEnvironment();

/** As above, but text that is compared with a number or a truth value is no silent `false`. */
const evaluating = newEnvironment();
for (const [left, right, words] of [
  ['string', 'int', 'text with a number'],
  ['string', 'double', 'text with a number'],
  ['string', 'bool', 'text with true or false'],
  ['bool', 'int', 'true or false with a number'],
  ['bool', 'double', 'true or false with a number'],
] as const) {
  evaluating.registerOperator(`${left} == ${right}`, (a: unknown, b: unknown) => {
    throw new Undecidable(`it compares ${words} (${show(a)} with ${show(b)})`);
  });
}

const namesOfLanguage = checking.getDefinitions().variables;

/** Names that mean something in the language itself; a variable of the same name is reached as vars.NAME. */
export const LANGUAGE_NAMES: ReadonlySet<string> = new Set([
  ...namesOfLanguage.map(({ name }) => name),
  'true',
  'false',
  'null',
  'in',
]);

/** Why there is no value; `absent` is the name that has none, if that is why. */
export interface Unknown {
  readonly why: string;
  readonly absent?: string;
}

/** Names of types; they mean something only beside type(x). */
export const TYPE_NAMES: ReadonlySet<string> = new Set(
  namesOfLanguage.filter(({ type }) => type === 'type').map(({ name }) => name),
);

/** A parsed expression: its tree, its type as far as it is known (bool, int, string … or dyn), and a way to evaluate it. */
export interface Parsed {
  readonly tree: SyntaxNode;
  readonly type: string;
  /** What the type check has found. */
  readonly fault?: LanguageFault;
  /** `values` gives the names; a name without a value makes what needs it unknown. */
  run(values: Readonly<Record<string, Json | undefined>>): { readonly json: Json } | Unknown;
}

/** Parses and type-checks an expression, or says what is wrong with it and where. */
export function parseExpression(text: string): Parsed | LanguageFault {
  if (text.length > MAX_LENGTH) return { message: `the expression has more than ${MAX_LENGTH} characters`, start: 0 };
  try {
    const checked = checking.parse(text);
    const result = checked.check();
    const program = evaluating.parse(text);
    return {
      tree: checked.ast as SyntaxNode,
      type: result.type ?? 'dyn',
      ...(result.valid ? {} : { fault: explainParse(result.error, text) }),
      run: (values) => evaluate(program, values, text),
    };
  } catch (error) {
    return explainParse(error, text);
  }
}

function evaluate(
  program: (values: Record<string, unknown>) => unknown,
  values: Readonly<Record<string, Json | undefined>>,
  text: string,
): { readonly json: Json } | Unknown {
  const lifted: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(values)) if (value !== undefined) lifted[name] = lift(value);
  try {
    const lowered = lower(program(lifted));
    return 'json' in lowered ? lowered : { why: `it gives ${lowered.what}` };
  } catch (error) {
    return error instanceof Undecidable ? { why: error.message } : explainEvaluation(error, text);
  }
}

function newEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  });
  return environment.registerFunction('vercmp(string, string): int', (a: string, b: string) => {
    const strange = [a, b].find((version) => !isVersion(version));
    if (strange !== undefined) throw new Undecidable(`${JSON.stringify(strange)} is no version`);
    return BigInt(vercmp(a, b));
  });
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
