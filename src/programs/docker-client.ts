import type { Program } from '../connection/session.ts';
import { boundedProgram } from './bounded.ts';
import functions from './docker-client.sh';

/** A program that begins with the functions of bounded.sh and docker-client.sh. */
export function dockerProgram(name: string, text: string): Program {
  return boundedProgram(name, `${functions}\n${text}`);
}
