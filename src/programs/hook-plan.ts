import type { Program, ProgramRecord, Session } from '../connection/session.ts';
import { EXIT } from './exit-numbers.ts';
import { hookOrderProgram } from './hook-order.ts';
import text from './hook-plan.sh';
import { type Answer, runProgram } from './run-program.ts';

/** Decides on the host itself what a sweep may do next; the compiled hook calls it, contract tests compare it with the module. */
export const HOOK_PLAN: Program = hookOrderProgram('hook-plan', text);

/** What it is asked, about a file of the host that holds what other programs printed; `words` as hook-plan.sh says. */
export interface HookQuestion {
  readonly asked: 'targets' | 'enter' | 'plan' | 'detach';
  readonly file: string;
  readonly words: readonly string[];
}

/** One round as it was decided; `unknown` where nothing may be said. */
export type HookDecision =
  | { readonly kind: 'decided'; readonly records: readonly ProgramRecord[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** Asks the program as a hook would; reads that one file, and nothing else of the host. */
export function decideOnHost(session: Session, question: HookQuestion): Promise<HookDecision> {
  return askPlan(session, HOOK_PLAN, question);
}

/** Asks one of the programs that decide for a hook; `unknown` also if it failed. */
export async function askPlan(
  session: Session,
  program: Program,
  { asked, file, words }: HookQuestion,
): Promise<HookDecision> {
  const call = { program, args: [asked, file, ...words] };
  const answer: Answer = await runProgram(session, call, [EXIT.done]);
  if (!answer.ok) return { kind: 'unknown', why: answer.error.message };
  const unknown = answer.records.find((record) => record.kind === 'unknown');
  return unknown === undefined
    ? { kind: 'decided', records: answer.records }
    : { kind: 'unknown', why: unknown.fields[0] ?? '' };
}
