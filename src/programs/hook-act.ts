import type { Program } from '../connection/session.ts';
import functions from './hook-act.sh';
import { hookLookProgram } from './hook-look.ts';

/** A program of a compiled hook that begins with the functions of hook-look.sh and hook-act.sh. */
export function hookActProgram(name: string, text: string): Program {
  return hookLookProgram(name, `${functions}\n${text}`);
}
