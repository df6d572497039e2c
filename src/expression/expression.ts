import type { Json } from '../core/json.ts';
import { LANGUAGE_NAMES, type Parsed, parseExpression, TYPE_NAMES } from './cel.ts';
import type { LanguageFault } from './faults.ts';
import { patternDanger } from './pattern-safety.ts';
import { type NameUse, readTree } from './syntax-tree.ts';

/** Values of names; a name that is there without a value is not known (yet), a name that is absent has none on this host. */
export type Names = ReadonlyMap<string, Json | undefined>;

/**
 * What an expression comes to. `missing` is a name that it needs and that has no value on this host; `misused`: the
 * value is known and of a type that cannot stand where it is wanted. Both are mistakes of the user, not doubts.
 */
export type Evaluation =
  | { readonly kind: 'known'; readonly value: Json }
  | { readonly kind: 'unknown'; readonly why: string; readonly missing?: string; readonly misused?: true };

/** An expression that was parsed and checked. */
export interface Expression {
  readonly text: string;
  /** Names that must have a value before it can be evaluated, as far as they exist on a host at all. */
  readonly names: ReadonlySet<string>;
  /** Root names in order of use. */
  readonly roots: readonly NameUse[];
  /** Members that are written out: `of` facts or vars. */
  readonly members: readonly (NameUse & { readonly of: string })[];
  /** Type as far as it is known: bool, int, double, string, list, map, or dyn. */
  readonly type: string;
  evaluate(names: Names): Evaluation;
}

/** Names that are no variables, so that `vars` does not hold them. */
const NOT_VARIABLES: ReadonlySet<string> = new Set(['facts', 'host', 'groups', 'vars', 'results', 'result']);

/**
 * Compiles an expression of CEL (github.com/google/cel-spec), or says everything that is wrong with it. Besides CEL's
 * own functions there is vercmp(a, b). `vars` is the map of all variables; `registered` names are not in it.
 */
export function compileExpression(
  text: string,
  registered: ReadonlySet<string> = new Set(),
): Expression | { readonly faults: readonly LanguageFault[] } {
  const parsed = parseExpression(text);
  if (!('run' in parsed)) return { faults: [parsed] };
  const { roots, members, calls, patterns } = readTree(parsed.tree);
  const faults: LanguageFault[] = [];
  for (const { pattern, start } of patterns) {
    const danger =
      pattern === undefined ? 'it must be written out as a text, so that it can be checked' : patternDanger(pattern);
    if (danger !== undefined) faults.push({ message: `the pattern of matches() is refused: ${danger}`, start });
  }
  for (const { of, name, start } of members) {
    if (of === 'vars' && registered.has(name))
      faults.push({
        message: `"${name}" is no variable, so it is not in vars`,
        hint: `Write ${name} without vars.`,
        start,
      });
  }
  for (const { name, start } of roots) {
    if (!TYPE_NAMES.has(name) || calls.has('type')) continue;
    faults.push({
      message: `"${name}" is the name of a type`,
      hint: `Write vars["${name}"] for a variable of that name.`,
      start,
    });
  }
  if (faults.length === 0 && parsed.fault !== undefined) faults.push(parsed.fault);
  if (faults.length > 0) return { faults };
  const names = new Set([
    ...roots.map((use) => use.name),
    ...members.filter((use) => use.of === 'vars').map((use) => use.name),
  ]);
  for (const name of ['vars', ...LANGUAGE_NAMES]) names.delete(name);
  const rootNames = [...new Set(roots.map((use) => use.name))];
  return {
    text,
    names,
    roots,
    members,
    type: parsed.type,
    evaluate: (values) => evaluate(parsed, rootNames, values, registered),
  };
}

function evaluate(
  parsed: Parsed,
  rootNames: readonly string[],
  names: Names,
  registered: ReadonlySet<string>,
): Evaluation {
  const values: Record<string, Json | undefined> = Object.create(null);
  for (const name of rootNames)
    values[name] = name === 'vars' ? (names.get('vars') ?? variables(names, registered)) : names.get(name);
  const result = parsed.run(values);
  if ('json' in result) return { kind: 'known', value: result.json };
  if (result.absent === undefined) return { kind: 'unknown', why: result.why };
  if (names.has(result.absent)) return { kind: 'unknown', why: `"${result.absent}" is not known here` };
  return { kind: 'unknown', why: `"${result.absent}" has no value on this host`, missing: result.absent };
}

/** Everything of the scope that is a variable. */
function variables(names: Names, registered: ReadonlySet<string>): Json {
  const found: { [key: string]: Json } = {};
  for (const [name, value] of names)
    if (value !== undefined && !NOT_VARIABLES.has(name) && !registered.has(name)) found[name] = value;
  return found;
}
