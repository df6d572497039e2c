import type { Program } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import functions from './runtime-processes.sh';

/** A program that begins with the functions of bounded.sh and runtime-processes.sh: which containers and pods have processes. */
export function processesProgram(name: string, text: string): Program {
  return boundedProgram(name, `${functions}\n${text}`);
}
