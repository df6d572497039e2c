import type { Program } from '../connection/session.ts';
import functions from './hook-order.sh';
import { hookRecordsProgram } from './hook-records.ts';

/** A program that begins with the awk of hook-records.sh, with what stands before that, and with the functions of hook-order.sh. */
export function hookOrderProgram(name: string, text: string): Program {
  return hookRecordsProgram(name, `${functions}\n${text}`);
}
