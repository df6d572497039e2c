import type { Program } from '../connection/session.ts';
import { detachPointsProgram } from './detach-points.ts';
import functions from './hook-records.sh';

/**
 * A program that begins with the awk functions of mount-survey.sh, mount-reach.sh and detach-points.sh, and with the awk of hook-records.sh,
 * which reads all of the input: the program has no rules of its own but BEGIN and END.
 */
export function hookRecordsProgram(name: string, text: string): Program {
  return detachPointsProgram(name, `${functions}\n${text}`);
}
