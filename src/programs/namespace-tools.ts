import type { Program } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import tools from './namespace-tools.sh';

/** A program that begins with the functions of bounded.sh and with the ways to unmount in another namespace. */
export function namespaceProgram(name: string, text: string): Program {
  return boundedProgram(name, `${tools}\n${text}`);
}
