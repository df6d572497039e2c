import type { Json } from '../../src/core/json.ts';
import { compileExpression } from '../../src/expression/expression.ts';
import type { Condition } from '../../src/modules/module.ts';

/** A condition over `result` and whatever else is handed to `test`, evaluated by the product's own language. */
export function conditionOf(text: string, known: Readonly<Record<string, Json | undefined>> = {}): Condition {
  const expression = compileExpression(text);
  if ('faults' in expression) throw new TypeError(expression.faults.map((fault) => fault.message).join('; '));
  return {
    text,
    test: (extra) => {
      const answer = expression.evaluate(new Map(Object.entries({ ...known, ...extra })));
      if (answer.kind === 'unknown') return { kind: 'unknown', why: answer.why };
      return { kind: answer.value === true ? 'true' : 'false' };
    },
  };
}
