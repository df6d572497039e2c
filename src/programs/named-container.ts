import type { Program } from '../connection/session.ts';
import { dockerProgram } from './docker-client.ts';
import functions from './named-container.sh';

/** A program that begins with the functions of bounded.sh, docker-client.sh and named-container.sh. */
export function namedContainerProgram(name: string, text: string): Program {
  return dockerProgram(name, `${functions}\n${text}`);
}
