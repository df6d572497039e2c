import type { Program } from '../connection/session.ts';
import { detachPointsProgram } from './detach-points.ts';
import functions from './hook-records.sh';

/** A program that begins with the awk functions of mount-survey.sh, mount-reach.sh, detach-points.sh and hook-records.sh. */
export function hookRecordsProgram(name: string, text: string): Program {
  return detachPointsProgram(name, `${functions}\n${text}`);
}
