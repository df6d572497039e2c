import { conditionSchema, isCondition } from '../../config/condition-schema.ts';
import { z } from '../../config/schema.ts';
import { UnbusyError } from '../../core/errors.ts';
import type { Change } from '../../core/results.ts';
import { type Condition, defineModule, type Observed } from '../module.ts';

interface AssertParams {
  readonly that: Condition | readonly Condition[];
  readonly message?: string | undefined;
}

interface AssertState {
  readonly held: readonly string[];
}

const THAT = 'A condition, or a list of conditions that must all hold.';

const params = z.lazy(() =>
  z.strictObject({
    that: z
      .union([z.array(conditionSchema().describe('A condition.')).min(1), conditionSchema().describe(THAT)])
      .describe(THAT),
    message: z.string().optional().describe('What to say if one of them does not hold.'),
  }),
);

/** Stops a host whose facts or registered results are not as the playbook expects; never touches the host. */
export const assertModule = defineModule<AssertParams, AssertState, Change>({
  name: 'assert',
  summary: 'Fails the task unless every condition holds; a condition that cannot be told makes it unknown.',
  params,
  conditions: ['that'],
  needsRoot: false,
  observe: async (_host, { that, message }) => check(isCondition(that) ? [that] : that, message),
  plan: () => [],
  apply: async () => ({
    kind: 'failed',
    error: new UnbusyError('E_BUG', 'assert plans no change, so there is nothing to apply'),
  }),
  verify: () => ({ kind: 'unknown', why: 'assert changes nothing' }),
  result: ({ held }) => ({ held }),
});

function check(conditions: readonly Condition[], message: string | undefined): Observed<AssertState> {
  const truths = conditions.map((condition) => ({ text: condition.text, truth: condition.test({}) }));
  const broken = truths.filter(({ truth }) => truth.kind === 'false').map(({ text }) => text);
  if (broken.length > 0) {
    const what = `does not hold: ${broken.join('; ')}`;
    const said = message === undefined ? what : `${message} (${what})`;
    return { kind: 'unknown', error: new UnbusyError('E_ASSERT', said, { data: { broken } }) };
  }
  for (const { text, truth } of truths) {
    if (truth.kind !== 'unknown') continue;
    const error = new UnbusyError('E_UNKNOWN', `cannot tell whether this holds: ${text}: ${truth.why}`);
    return { kind: 'unknown', error };
  }
  return { kind: 'known', state: { held: truths.map(({ text }) => text) }, gaps: [] };
}
