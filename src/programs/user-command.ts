import type { Program } from '../connection/session.ts';
import functions from './user-command.sh';

/** A program that begins with the functions of user-command.sh. */
export function userCommandProgram(name: string, text: string): Program {
  return { name, text: `${functions}\n${text}` };
}
