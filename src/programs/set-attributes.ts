import type { Program, Session } from '../connection/session.ts';
import { type PathStep, runPathStep } from './path-step.ts';
import text from './set-attributes.sh';

const SET_ATTRIBUTES: Program = { name: 'set-attributes', text };

/** Attributes to give to what is at a path; an empty string leaves one as it is. */
export interface AttributeStep {
  readonly path: string;
  readonly follow: boolean;
  /** From `witnessOf`. */
  readonly witness: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

/** Sets mode, owner and group of one path. */
export function setAttributes(session: Session, step: AttributeStep): Promise<PathStep> {
  const args = [step.path, step.follow ? '1' : '0', step.witness, step.mode, step.owner, step.group];
  return runPathStep(session, { program: SET_ATTRIBUTES, args }, step.path);
}
