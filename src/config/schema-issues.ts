import type { Json } from '../core/json.ts';
import type { z } from './schema.ts';
import { suggest } from './suggest.ts';
import { describe, nodeAt, type YamlNode, type YamlPath } from './yaml-node.ts';

/** One mistake against a schema: where, and whether the key or the value is to blame. */
export interface SchemaMistake {
  readonly path: YamlPath;
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

type Issue = z.core.$ZodIssue;

/** What is needed to word an issue: the values as they were given, the words of the file if there is one, and the known keys. */
export interface Wording {
  /** Name of the whole, for instance the module. */
  readonly subject: string;
  readonly value: unknown;
  readonly node?: YamlNode;
  knownKeys(path: YamlPath): readonly string[];
}

/** Issues of zod in our words; of a union only those of the branch that fits best. */
export function explainIssues(issues: readonly Issue[], wording: Wording): SchemaMistake[] {
  return issues.flatMap((issue) => explainIssue(issue, wording, []));
}

function explainIssue(issue: Issue, wording: Wording, above: YamlPath): SchemaMistake[] {
  const path: YamlPath = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, wording));
  const value = valueAt(wording.value, path);
  if (issue.code === 'invalid_union' && value === undefined) return [missing(path, wording)];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = bestBranch(issue.errors);
    if (branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'))
      return branch.flatMap((inner) => explainIssue(inner, wording, path));
    const wanted = issue.errors.flat().find((inner) => inner.path.length === 0 && hintFor(inner, value, path, wording));
    const hint = wanted === undefined ? undefined : hintFor(wanted, value, path, wording);
    const message = phrase(path, wording, unionMessage(issue.errors, value));
    return [{ path, at: 'value', message, ...(hint === undefined ? {} : { hint }) }];
  }
  if (issue.code === 'invalid_type' && value === undefined) return [missing(path, wording)];
  const hint = hintFor(issue, value, path, wording);
  return [
    { path, at: 'value', message: phrase(path, wording, words(issue, value)), ...(hint === undefined ? {} : { hint }) },
  ];
}

function unknownKey(path: YamlPath, key: string, wording: Wording): SchemaMistake {
  const owner = path.length === 0 ? wording.subject : `"${pathText(path)}" of ${wording.subject}`;
  const hint = suggest(key, wording.knownKeys(path));
  return {
    path: [...path, key],
    at: 'key',
    message: `${owner} has no "${key}"`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function missing(path: YamlPath, { subject }: Wording): SchemaMistake {
  if (path.length === 0) return { path, at: 'value', message: `${subject} needs parameters` };
  return { path: path.slice(0, -1), at: 'key', message: `${subject} needs "${pathText(path)}"` };
}

/** The branch with the right kind of value, then the one with the fewest mistakes. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const cost = (branch: readonly Issue[]) =>
    branch.reduce((sum, issue) => sum + (issue.path.length === 0 && issue.code !== 'unrecognized_keys' ? 100 : 1), 0);
  return [...branches].sort((a, b) => cost(a) - cost(b))[0] ?? [];
}

/** None of the branches wants this kind of value: what they want together. */
function unionMessage(branches: readonly (readonly Issue[])[], value: unknown): string {
  const wanted = branches.map((branch) => branch.find((issue) => issue.path.length === 0));
  const ways = wanted.flatMap((issue) => (issue === undefined ? [] : (wantedBy(issue) ?? [])));
  if (ways.length === wanted.length)
    return `must be ${[...new Set(ways)].join(' or ')}, found ${describe(asJson(value))}`;
  const fitting = wanted.find((issue) => issue !== undefined && wantedBy(issue) === undefined);
  return fitting === undefined ? `cannot be ${describe(asJson(value))}` : words(fitting, value);
}

/** What an issue wants in place of the value, if it can be said in a few words. */
function wantedBy(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return typeWords(issue.expected);
  return issue.code === 'invalid_value' ? issue.values.map((known) => JSON.stringify(known)).join(' or ') : undefined;
}

function words(issue: Issue, value: unknown): string {
  const found = describe(asJson(value));
  if (issue.code === 'invalid_type') {
    const own = issue.message.startsWith('Invalid input') ? undefined : issue.message;
    return own ?? `must be ${typeWords(issue.expected)}, found ${found}`;
  }
  if (issue.code === 'invalid_value') return `must be ${wantedBy(issue)}, found ${found}`;
  if (issue.code === 'too_small')
    return `must ${issue.origin === 'array' ? 'have' : 'be'} at least ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
  if (issue.code === 'too_big')
    return `must ${issue.origin === 'array' ? 'have' : 'be'} at most ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
  return issue.message.startsWith('Invalid') ? `is not valid: ${issue.message}` : issue.message;
}

function unit(origin: string, number: number | bigint): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? (Number(number) === 1 ? ' entry' : ' entries') : '';
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  null: 'empty',
};

function typeWords(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}

function hintFor(issue: Issue, value: unknown, path: YamlPath, { node }: Wording): string | undefined {
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const hint = suggest(value, issue.values.map(String));
    return hint?.startsWith('Did') ? hint : undefined;
  }
  if (issue.code !== 'invalid_type') return undefined;
  const written = node === undefined ? undefined : nodeAt(node, path).source;
  const variable = written === undefined ? undefined : /^\s*["']?\{\{\s*(\w+)\s*\}\}["']?\s*$/.exec(written)?.[1];
  if (issue.expected === 'string' && typeof value === 'number') {
    const octal =
      written !== undefined && /^0\d/.test(written) ? ` YAML 1.2 reads ${written} as the number ${value}.` : '';
    return `Quote it: '${written ?? value}'.${octal}`;
  }
  if (issue.expected === 'string' && typeof value === 'boolean') return `Quote it: '${written ?? value}'.`;
  if (issue.expected === 'boolean' && typeof value === 'string' && /^(yes|no|on|off)$/i.test(value))
    return `Write ${/^(yes|on)$/i.test(value) ? 'true' : 'false'}: in YAML 1.2 ${value} is text.`;
  if (issue.expected === 'boolean' && (value === 'true' || value === 'false')) {
    const text = variable === undefined ? undefined : extraVarsHint(variable, value);
    return text ?? `Write it without quotes: ${value}.`;
  }
  if (issue.expected === 'array' && typeof value === 'string') {
    const bare = value.replace(/^\[(.*)\]$/, '$1');
    if (variable !== undefined && !/[\s{}'"[\]]/.test(bare)) return extraVarsHint(variable, `[${bare}]`);
    return listHint(value);
  }
  if (issue.expected === 'object' && typeof value === 'string')
    return 'Write each parameter on a line of its own, as key: value.';
  return undefined;
}

/** -e NAME=VALUE makes a text of every value, so that its writer does not see what is wrong. */
function extraVarsHint(variable: string, value: string): string {
  return `Give the variable as ${variable}: ${value}; on the command line as -e '{${variable}: ${value}}', for NAME=VALUE is always a text.`;
}

function listHint(value: string): string {
  return /\s/.test(value) ? 'Write each word as an entry of a list: [a, b].' : `Write a list: [${value}].`;
}

/** release[0] for the path release, 0. */
function pathText(path: YamlPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** Joins the name of the parameter and a message that may be a whole phrase or begin with a verb. */
function phrase(path: YamlPath, { subject }: Wording, message: string): string {
  const name = path.length === 0 ? subject : `"${pathText(path)}"`;
  const verb = /^(must|is|are|needs?|does|cannot|has|have|goes|may|says?|means?|or)\b/.test(message);
  return verb ? `${name} ${message}` : `${name}: ${message}`;
}

function valueAt(value: unknown, path: YamlPath): unknown {
  let inner: unknown = value;
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null) return undefined;
    inner = (inner as Record<string | number, unknown>)[step];
  }
  return inner;
}

function asJson(value: unknown): Json {
  return value === undefined ? null : (value as Json);
}
