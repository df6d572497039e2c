import type { Program } from '../connection/session.ts';
import functions from './bounded.sh';

/** A program that begins with the functions of bounded.sh: records, and steps that end within a time of their own. */
export function boundedProgram(name: string, text: string): Program {
  return { name, text: `${functions}\n${text}` };
}
