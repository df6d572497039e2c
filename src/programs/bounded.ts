import type { Program } from '../connection/session.ts';
import functions from './bounded.sh';
import { NAP } from './nap.ts';

/** A program that begins with the functions of nap.sh and bounded.sh: records, and steps that end within a time of their own. */
export function boundedProgram(name: string, text: string): Program {
  return { name, text: `${NAP}\n${functions}\n${text}` };
}
