import type { Json } from '../core/json.ts';
import type { Names } from '../expression/expression.ts';
import { type CheckedCondition, type ConditionFault, compileConditions, testCondition } from './compile-condition.ts';
import { type CompileHook, withHook } from './compiled-hook.ts';
import type { Condition } from './condition.ts';
import type { NamesInSight } from './expression-names.ts';
import { knownKeysAt } from './known-keys.ts';
import { compileTemplates, fillTemplates, type TemplateFault, type TemplateLeaf } from './param-tree.ts';
import type { ModuleFacts, ParamTemplate, Scope } from './playbook-model.ts';
import { explainIssues, type SchemaMistake } from './schema-issues.ts';
import type { YamlNode, YamlPath } from './yaml-node.ts';

/** Parameters that were read, or everything that is wrong with them. */
export interface ReadParams {
  readonly template: ParamTemplate;
  readonly schemaMistakes: readonly SchemaMistake[];
  readonly faults: readonly (TemplateFault | ConditionFault)[];
}

/** The checked parts of one task's parameters. */
interface Parts {
  readonly module: ModuleFacts;
  readonly value: Json;
  readonly leaves: readonly TemplateLeaf[];
  /** Conditions by parameter; a single one where the playbook has no list. */
  readonly conditions: ReadonlyMap<string, CheckedCondition | readonly CheckedCondition[]>;
  readonly compileHook: CompileHook | undefined;
}

/**
 * Reads the parameters of a task. What holds no {{ }} is checked against the module's schema at once, what does is
 * checked when it is rendered; if all it reads is in `fixed`, that is now.
 */
export function readParams(
  module: ModuleFacts,
  node: YamlNode,
  sight: NamesInSight,
  fixed: Names,
  compileHook?: CompileHook,
): ReadParams {
  const conditionKeys = module.conditions ?? [];
  const { leaves, faults } = compileTemplates(node, sight, conditionKeys);
  const conditions = new Map<string, CheckedCondition | readonly CheckedCondition[]>();
  const conditionFaults: ConditionFault[] = [];
  for (const key of conditionKeys) {
    const given = node.entries?.get(key)?.node;
    if (given === undefined) continue;
    const compiled = compileConditions(given, sight, true);
    conditionFaults.push(...compiled.faults);
    const [first] = compiled.conditions;
    if (given.items !== undefined) conditions.set(key, compiled.conditions);
    else if (first !== undefined) conditions.set(key, first);
  }
  const parts: Parts = { module, value: node.value ?? {}, leaves, conditions, compileHook };
  const now = fillTemplates(parts.value, leaves.filter(isFixed(fixed)), fixed);
  const open = leaves.filter((leaf) => !isFixed(fixed)(leaf)).map((leaf) => leaf.path);
  const value = now.kind === 'known' ? now.value : parts.value;
  const ignored = [
    ...open,
    ...(now.kind === 'known' ? [] : leaves.map((leaf) => leaf.path)),
    ...conditionPaths(conditionFaults, conditionKeys),
  ];
  return {
    template: paramTemplate(parts),
    schemaMistakes: checkAgainstSchema(parts, value, node, ignored),
    faults: [...faults, ...conditionFaults],
  };
}

function isFixed(fixed: Names): (leaf: TemplateLeaf) => boolean {
  return ({ template }) =>
    template.expressions.every(({ expression }) => [...expression.names].every((name) => fixed.has(name)));
}

/** A condition that is not valid has been told already. */
function conditionPaths(faults: readonly ConditionFault[], keys: readonly string[]): readonly YamlPath[] {
  return faults.length === 0 ? [] : keys.map((key) => [key]);
}

function checkAgainstSchema(
  { module, compileHook }: Parts,
  value: Json,
  node: YamlNode,
  ignored: readonly YamlPath[],
): SchemaMistake[] {
  const parsed = module.params.safeParse(value);
  if (parsed.success) return ignored.length > 0 ? [] : hookMistakes(module, parsed.data, compileHook);
  const mistakes = explainIssues(parsed.error.issues, wording(module, value, node));
  return mistakes.filter((mistake) => mistake.at === 'key' || !ignored.some((path) => touches(mistake.path, path)));
}

/** Once all parameters are known: whether the playbook that one of them names can be compiled. */
function hookMistakes(module: ModuleFacts, params: unknown, compileHook: CompileHook | undefined): SchemaMistake[] {
  const made = withHook(module, params, compileHook);
  if (made.kind === 'known' || module.compiles === undefined) return [];
  const { why, hint } = made;
  return [{ path: [module.compiles.playbook], at: 'value', message: why, ...(hint === undefined ? {} : { hint }) }];
}

/** True if a mistake lies at, below or above an open value; a mistake of the whole counts only if the whole is open. */
function touches(mistake: YamlPath, open: YamlPath): boolean {
  if (mistake.length === 0) return open.length === 0;
  const shared = Math.min(mistake.length, open.length);
  return mistake.slice(0, shared).every((step, index) => step === open[index]);
}

function wording(module: ModuleFacts, value: unknown, node?: YamlNode) {
  return {
    subject: module.name,
    value,
    ...(node === undefined ? {} : { node }),
    knownKeys: (path: YamlPath) => knownKeysAt(module.params, path),
  };
}

function paramTemplate(parts: Parts): ParamTemplate {
  const { leaves, conditions } = parts;
  const names = new Set<string>();
  for (const { template } of leaves)
    for (const { expression } of template.expressions) for (const name of expression.names) names.add(name);
  for (const condition of [...conditions.values()].flat())
    for (const name of condition.expression.names) names.add(name);
  names.delete('result');
  const render = renderer(parts);
  return { names, render, renderOnly: (scope, keys) => renderOnly(parts, scope, keys) };
}

/** Parameters without {{ }} are parsed once; conditions are bound to each scope. */
function renderer(parts: Parts): ParamTemplate['render'] {
  let parsedOnce: ReturnType<typeof parse> | undefined;
  return (scope) => {
    if (parts.leaves.length === 0) parsedOnce ??= parse(parts, parts.value);
    const parsed = parsedOnce ?? fillAndParse(parts, scope);
    return parsed.kind === 'known' ? { kind: 'known', params: bind(parsed.params, parts.conditions, scope) } : parsed;
  };
}

function renderOnly(parts: Parts, scope: Scope, keys: readonly string[]): unknown {
  const leaves = parts.leaves.filter(({ path: [key] }) => keys.includes(String(key)));
  const own = Object.entries(parts.value ?? {}).filter(([key]) => keys.includes(key));
  const filled = fillTemplates(Object.fromEntries(own), leaves, scope);
  const parsed = filled.kind === 'known' ? parts.module.params.safeParse(filled.value) : undefined;
  return parsed?.success === true ? parsed.data : undefined;
}

function fillAndParse(parts: Parts, scope: Scope): ReturnType<ParamTemplate['render']> {
  const filled = fillTemplates(parts.value, parts.leaves, scope);
  return filled.kind === 'known' ? parse(parts, filled.value) : filled;
}

function parse({ module, compileHook }: Parts, value: Json): ReturnType<ParamTemplate['render']> {
  const parsed = module.params.safeParse(value);
  if (parsed.success) {
    const made = withHook(module, parsed.data, compileHook);
    return made.kind === 'known' ? made : { kind: 'invalid', why: [made.why, made.hint ?? ''].join('. ') };
  }
  const why = explainIssues(parsed.error.issues, wording(module, value)).map(({ message, hint }) =>
    hint === undefined ? message : `${message}. ${hint}`,
  );
  return { kind: 'invalid', why: why.join('; ') };
}

function bind(params: unknown, conditions: Parts['conditions'], scope: Scope): unknown {
  if (conditions.size === 0) return params;
  const bound: Record<string, unknown> = { ...(params as Record<string, unknown>) };
  for (const [key, condition] of conditions)
    bound[key] = 'expression' in condition ? bindOne(condition, scope) : condition.map((one) => bindOne(one, scope));
  return bound;
}

/** The scope is copied, for the engine goes on to change it. */
function bindOne(condition: CheckedCondition, scope: Scope): Condition {
  const names = new Map(scope);
  return {
    text: condition.text,
    test: (extra) => testCondition(condition, new Map([...names, ...Object.entries(extra)])),
  };
}
