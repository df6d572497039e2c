import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { boundedProgram } from './bounded.ts';
import { EXIT } from './exit-numbers.ts';
import text from './read-sysctl.sh';
import { runProgram } from './run-program.ts';

const PROGRAM = boundedProgram('read-sysctl', text);

/** A line of a file that is read at boot; it has the last word of the parameter's name, and may speak of another one. */
export interface SysctlLine {
  readonly path: string;
  readonly number: number;
  readonly text: string;
}

/** A kernel parameter now, and in the files that are read at boot. */
export interface SysctlFound {
  /** As the kernel prints it; undefined: this kernel has no such parameter. */
  readonly value: string | undefined;
  /** Every file, those of a directory in the order of their names, the directories in the order of their precedence. */
  readonly files: readonly string[];
  readonly lines: readonly SysctlLine[];
  /** Files that could not be read. */
  readonly closed: readonly string[];
}

/** What was found, or why nobody could look. */
export type SysctlLook =
  | { readonly ok: true; readonly found: SysctlFound }
  | { readonly ok: false; readonly error: UnbusyError };

/** Reads one parameter, given as a path below /proc/sys such as fs/may_detach_mounts. */
export async function readSysctl(session: Session, path: string): Promise<SysctlLook> {
  const args = [path, path.split('/').at(-1) ?? path];
  const answer = await runProgram(session, { program: PROGRAM, args }, [EXIT.done]);
  if (!answer.ok) return answer;
  const of = (kind: string) => answer.records.filter((record) => record.kind === kind).map(({ fields }) => fields);
  if (of('unreadable').length > 0) {
    const message = `/proc/sys/${printable(path)} cannot be read`;
    return {
      ok: false,
      error: new UnbusyError('E_UNKNOWN', message, { host: session.host, hint: 'Set become: true.' }),
    };
  }
  const lines = of('line').map(([file = '', number = '', line = '']) => ({
    path: file,
    number: Number(number),
    text: line,
  }));
  return {
    ok: true,
    found: {
      value: of('value')[0]?.[0],
      files: of('file').map(([file = '']) => file),
      lines,
      closed: of('closed').map(([file = '']) => file),
    },
  };
}
