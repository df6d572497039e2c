import type { Program } from '../connection/session.ts';
import functions from './hook-look.sh';

/** A program of a compiled hook that begins with the functions of hook-look.sh. */
export function hookLookProgram(name: string, text: string): Program {
  return { name, text: `${functions}\n${text}` };
}
