import type { Program } from '../connection/session.ts';
import functions from './mount-reach.sh';
import { surveyProgram } from './mount-survey.ts';

/** A program that begins with the awk functions of mount-survey.sh and mount-reach.sh. */
export function reachProgram(name: string, text: string): Program {
  return surveyProgram(name, `${functions}\n${text}`);
}
