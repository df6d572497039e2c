import type { SysctlFound, SysctlLine } from '../../programs/read-sysctl.ts';
import { normalValue, pathOfKey } from './key.ts';

/** Read after all others by `sysctl --system`, whatever its name (sysctl(8)). */
const LAST = '/etc/sysctl.conf';

/** An assignment of a parameter in a file. */
export interface Assignment {
  readonly path: string;
  readonly number: number;
  readonly value: string;
}

/** What a line assigns; undefined for a comment, or a line without a value. A dash before the key only hides errors. */
export function parseLine(text: string): { readonly path: string; readonly value: string } | undefined {
  const match = /^\s*-?\s*([^#;=\s][^=]*?)\s*=(.*)$/.exec(text);
  if (match === null) return undefined;
  return { path: pathOfKey(match[1] ?? ''), value: normalValue(match[2] ?? '') };
}

/** The assignments of a parameter in files that are read after this one, in their order; a pattern with * never wins over a name. */
export function laterAssignments(found: SysctlFound, file: string, path: string): readonly Assignment[] {
  const order = bootOrder(found.files);
  const own = orderKey(file);
  return order
    .filter((each) => each !== file && orderKey(each) > own)
    .flatMap((each) => found.lines.filter((line) => line.path === each))
    .flatMap((line) => assignment(line, path));
}

function assignment(line: SysctlLine, path: string): readonly Assignment[] {
  const parsed = parseLine(line.text);
  return parsed?.path === path ? [{ path: line.path, number: line.number, value: parsed.value }] : [];
}

/** By name over all directories; of two files of one name, only that of the first directory is read (sysctl.d(5)). */
function bootOrder(files: readonly string[]): readonly string[] {
  const first = files.filter((file, index) => files.findIndex((other) => baseName(other) === baseName(file)) === index);
  return [...first].sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
}

const baseName = (file: string): string => (file === LAST ? file : (file.split('/').at(-1) ?? file));

/** The order is that of the names; the last file comes behind every name. */
const orderKey = (file: string): string => (file === LAST ? '\uffff' : baseName(file));

/** The text with this parameter set: its last line is replaced, or one is added; undefined: it is so already. */
export function withAssignment(text: string, key: string, value: string): string | undefined {
  const path = pathOfKey(key);
  const lines = text.split('\n');
  const index = lines.findLastIndex((line) => parseLine(line.replace(/\r$/, ''))?.path === path);
  const wanted = `${key} = ${value}`;
  const old = lines[index];
  if (old !== undefined) {
    if (parseLine(old.replace(/\r$/, ''))?.value === value) return undefined;
    return lines.with(index, old.endsWith('\r') ? `${wanted}\r` : wanted).join('\n');
  }
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${wanted}\n`;
}
