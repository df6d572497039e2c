import { decodeBytes, encodeText } from './bytes.ts';
import type { ProgramRecord } from './session.ts';

/** What a program printed in records mode. `whole` is true only if the last line is `end <number of records before it>`. */
export interface ParsedRecords {
  readonly records: readonly ProgramRecord[];
  readonly whole: boolean;
  /** Why it is not whole. */
  readonly problem?: string;
}

/**
 * Reads `kind<TAB>field…` lines. Fields are escaped as in /proc/PID/mountinfo (proc(5): \040, \011, \012, \134 …),
 * any octal byte is taken; a line that was cut is dropped. Never throws.
 */
export function parseRecords(output: Uint8Array): ParsedRecords {
  const lines = decodeBytes(output).split('\n');
  const rest = lines.pop() ?? '';
  const records: ProgramRecord[] = [];
  let end: string | undefined;
  let afterEnd = false;
  for (const line of lines) {
    const [kind = '', ...fields] = line.split('\t').map(unescapeField);
    if (end !== undefined) afterEnd = true;
    if (kind === 'end') end = fields[0] ?? '';
    else records.push({ kind, fields });
  }
  const problem = findProblem(rest, end, afterEnd, records.length);
  return problem === undefined ? { records, whole: true } : { records, whole: false, problem };
}

function findProblem(rest: string, end: string | undefined, afterEnd: boolean, count: number): string | undefined {
  if (rest !== '') return 'its last line is cut';
  if (end === undefined) return 'it has no end record';
  if (afterEnd) return 'something follows its end record';
  if (end !== String(count)) return `its end record says ${end || 'nothing'}, but ${count} records came`;
  return undefined;
}

const OCTAL = /\\([0-3][0-7]{2})/g;

/** One field without its escapes; escaped and plain bytes may together form one UTF-8 letter. */
function unescapeField(field: string): string {
  if (!field.includes('\\')) return field;
  const bytes = encodeText(field).toString('latin1');
  const plain = bytes.replace(OCTAL, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return decodeBytes(Buffer.from(plain, 'latin1'));
}
