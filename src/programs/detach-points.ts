import type { Program } from '../connection/session.ts';
import functions from './detach-points.sh';
import { reachProgram } from './mount-reach.ts';

/** A program that begins with the awk functions of mount-survey.sh, mount-reach.sh and detach-points.sh. */
export function detachPointsProgram(name: string, text: string): Program {
  return reachProgram(name, `${functions}\n${text}`);
}
