import type { Program, Session } from '../connection/session.ts';
import { EXIT } from './exit-numbers.ts';
import type { HookDecision } from './hook-plan.ts';
import { productMountsProgram } from './product-mounts.ts';
import text from './product-plan.sh';
import { type Answer, runProgram } from './run-program.ts';

/** Decides on the host itself for a product and for monitors; the compiled hook calls it, contract tests compare it with the modules. */
export const PRODUCT_PLAN: Program = productMountsProgram('product-plan', text);

/** What it is asked, about a file of the host that holds what other programs printed; `words` as product-plan.sh says. */
export interface ProductQuestion {
  readonly asked: 'targets' | 'enter' | 'plan';
  readonly file: string;
  readonly words: readonly string[];
}

/** Asks the program as a hook would; reads that one file, and nothing else of the host. */
export async function planProductOnHost(
  session: Session,
  { asked, file, words }: ProductQuestion,
): Promise<HookDecision> {
  const call = { program: PRODUCT_PLAN, args: [asked, file, ...words] };
  const answer: Answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', why: answer.error.message };
  const unknown = answer.records.find((record) => record.kind === 'unknown');
  return unknown === undefined
    ? { kind: 'decided', records: answer.records }
    : { kind: 'unknown', why: unknown.fields[0] ?? '' };
}
