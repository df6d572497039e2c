import type { Program } from '../connection/session.ts';
import functions from './proc-tasks.sh';

/** A program that begins with the awk functions of proc-tasks.sh. */
export function procTasksProgram(name: string, text: string): Program {
  return { name, text: `${functions}\n${text}` };
}
