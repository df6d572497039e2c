import type { Program } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import functions from './undo-store.sh';

/** A program that begins with the functions of bounded.sh and undo-store.sh. */
export function undoProgram(name: string, text: string): Program {
  return boundedProgram(name, `${functions}\n${text}`);
}
