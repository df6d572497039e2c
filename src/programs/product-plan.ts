import type { Program, Session } from '../connection/session.ts';
import { askPlan, type HookDecision } from './hook-plan.ts';
import { productMountsProgram } from './product-mounts.ts';
import text from './product-plan.sh';

/** Decides on the host itself for a product and for monitors; the compiled hook calls it, contract tests compare it with the modules. */
export const PRODUCT_PLAN: Program = productMountsProgram('product-plan', text);

/** What it is asked, about a file of the host that holds what other programs printed; `words` as product-plan.sh says. */
export interface ProductQuestion {
  readonly asked: 'targets' | 'enter' | 'plan';
  readonly file: string;
  readonly words: readonly string[];
}

/** Asks the program as a hook would; reads that one file, and nothing else of the host. */
export function planProductOnHost(session: Session, question: ProductQuestion): Promise<HookDecision> {
  return askPlan(session, PRODUCT_PLAN, question);
}
