import type { Program } from '../connection/session.ts';
import functions from './mount-survey.sh';

/** A program that begins with the awk functions of mount-survey.sh: whose each mount is, told on the host itself. */
export function surveyProgram(name: string, text: string): Program {
  return { name, text: `${functions}\n${text}` };
}
