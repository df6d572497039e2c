import { compileConditions, testCondition } from './compile-condition.ts';
import type { NamesInSight } from './expression-names.ts';
import type { Mistakes } from './mistakes.ts';
import type { CompiledCondition } from './playbook-model.ts';
import type { SourceText } from './source-text.ts';
import { placeInside, type YamlNode } from './yaml-node.ts';

/** Reads the `when` of a task or a block; none if it has no such key. Its mistakes are added. */
export function readWhen(
  owner: YamlNode,
  names: NamesInSight,
  source: SourceText,
  mistakes: Mistakes,
): readonly CompiledCondition[] {
  const node = owner.entries?.get('when')?.node;
  if (node === undefined) return [];
  const { conditions, faults } = compileConditions(node, names, false);
  for (const { node: at, start, message, hint } of faults) mistakes.add(placeInside(source, at, start), message, hint);
  return conditions.map((condition) => ({
    text: condition.text,
    names: condition.expression.names,
    test: (scope) => testCondition(condition, scope),
  }));
}
