import { compileExpression, type Expression, type Names } from '../expression/expression.ts';
import type { LanguageFault } from '../expression/faults.ts';
import { checkNames, type NamesInSight, namesBesideVars } from './expression-names.ts';
import type { Truth } from './playbook-model.ts';
import { describe, type YamlNode } from './yaml-node.ts';

/** A condition as the playbook has it, checked; `expression` says what it reads. */
export interface CheckedCondition {
  readonly text: string;
  readonly expression: Expression;
}

/** What is wrong with a condition; `node` is the value that `start` counts in. */
export interface ConditionFault extends LanguageFault {
  readonly node: YamlNode;
}

/** One condition or a list of them, compiled; true and false may stand for themselves. `late`: it is evaluated over `result` too. */
export function compileConditions(
  node: YamlNode,
  sight: NamesInSight,
  late: boolean,
): { readonly conditions: readonly CheckedCondition[]; readonly faults: readonly ConditionFault[] } {
  const conditions: CheckedCondition[] = [];
  const faults: ConditionFault[] = [];
  for (const item of node.items ?? [node]) {
    const compiled = compileOne(item, sight, late);
    if ('expression' in compiled) conditions.push(compiled);
    else faults.push(...compiled.faults.map((fault) => ({ ...fault, node: item })));
  }
  return { conditions, faults };
}

function compileOne(
  node: YamlNode,
  sight: NamesInSight,
  late: boolean,
): CheckedCondition | { readonly faults: readonly LanguageFault[] } {
  const text = typeof node.value === 'boolean' ? String(node.value) : node.value;
  if (typeof text !== 'string' || text.trim() === '')
    return {
      faults: [{ message: `a condition is an expression, true or false; found ${describe(node.value)}`, start: 0 }],
    };
  const open = text.indexOf('{{');
  if (open !== -1)
    return {
      faults: [{ message: 'a condition is an expression already', hint: 'Write it without {{ }}.', start: open }],
    };
  const compiled = compileExpression(text, namesBesideVars(sight));
  if ('faults' in compiled) return compiled;
  const faults = checkNames(compiled, sight, late);
  if (compiled.type !== 'bool' && compiled.type !== 'dyn')
    faults.push({
      message: `a condition must be true or false, and this is ${article(compiled.type)}`,
      hint: 'Compare it, for instance with == or size(…) > 0.',
      start: 0,
    });
  return faults.length > 0 ? { faults } : { text, expression: compiled };
}

/** Truth of a checked condition: what is neither true nor false is unknown, never false. */
export function testCondition({ expression }: CheckedCondition, names: Names): Truth {
  const result = expression.evaluate(names);
  if (result.kind === 'unknown') return { kind: 'unknown', why: result.why };
  if (typeof result.value === 'boolean') return { kind: result.value ? 'true' : 'false' };
  return { kind: 'unknown', why: `it is ${describe(result.value)}, neither true nor false` };
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    int: 'a number',
    double: 'a number',
    string: 'text',
    list: 'a list',
    map: 'a mapping',
  };
  return words[type.replace(/<.*$/, '')] ?? `of the type ${type}`;
}
