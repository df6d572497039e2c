import type { Program, ProgramRecord, Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { withDigest } from './digest.ts';
import { EXIT } from './exit-numbers.ts';
import { runProgram } from './run-program.ts';
import text from './stat-path.sh';

const STAT_PATH: Program = { name: 'stat-path', text: withDigest(text) };

const EXIT_UNREADABLE = 20;
/** stat's own: the path is gone. */
const EXIT_STAT_FAILED = 1;
/** The shell's own: there is no stat. */
const EXIT_NO_STAT = 127;

/** What is at a path: nothing, a symbolic link that leads to nothing, or an inode. */
export type PathFound = { readonly type: 'absent' } | { readonly type: 'dangling' } | PathInode;

/** An inode as stat(1) tells of it. */
export interface PathInode {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Four octal digits: 0644. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** Names from the host's user database; only if they were asked for. */
  readonly owner?: string;
  readonly group?: string;
  readonly links: number;
  /** Bytes. */
  readonly size: number;
  /** Of a regular file, if it was asked for. */
  readonly sha256?: string;
  /** "MODE UID GID INODE DEVICE": what must still be so right before a change. */
  readonly witness: string;
}

/** What to look at. `follow` looks at what a symbolic link leads to; `names` asks for the names of owner and group. */
export interface PathQuestion {
  readonly path: string;
  readonly follow: boolean;
  readonly hash: boolean;
  readonly names: boolean;
}

/** What looking at a path gave, or why it could not be looked at. */
export type PathLook =
  | { readonly ok: true; readonly found: PathFound }
  | { readonly ok: false; readonly error: UnbusyError };

/** Looks at one path; costs the host no process for an absent path, one for stat, and one more for a sha256. */
export async function statPath(session: Session, question: PathQuestion): Promise<PathLook> {
  const { path, follow, hash, names } = question;
  const args = [path, flag(follow), flag(hash), flag(names)];
  const answer = await runProgram(session, { program: STAT_PATH, args }, [
    EXIT.done,
    EXIT.denied,
    EXIT.toolMissing,
    EXIT_UNREADABLE,
    EXIT_STAT_FAILED,
    EXIT_NO_STAT,
  ]);
  if (!answer.ok) return answer;
  if (answer.code !== EXIT.done) return { ok: false, error: lookError(session.host, path, answer.code) };
  return readFound(session.host, path, answer.records);
}

const flag = (value: boolean): string => (value ? '1' : '0');

function lookError(host: string, path: string, code: number): UnbusyError {
  const shown = printable(path);
  if (code === EXIT.toolMissing || code === EXIT_NO_STAT) {
    return new UnbusyError(
      'E_PREFLIGHT_TOOL',
      `stat or sha256sum is missing on ${host}, so ${shown} cannot be looked at`,
      {
        host,
        hint: 'Install coreutils, busybox or openssl on the host.',
      },
    );
  }
  const why = code === EXIT.denied ? 'permission is missing' : 'reading it failed, or it went away meanwhile';
  const hint = code === EXIT.denied ? 'Set become: true.' : 'Run again; if it stays so, look at the disk.';
  return new UnbusyError('E_UNKNOWN', `${shown} cannot be looked at: ${why}`, { host, hint });
}

function readFound(host: string, path: string, records: readonly ProgramRecord[]): PathLook {
  const [first] = records;
  if (first?.kind === 'absent' || first?.kind === 'dangling') return { ok: true, found: { type: first.kind } };
  const inode = readInode(records.find((record) => record.kind === 'path')?.fields ?? []);
  if (inode === undefined) {
    return {
      ok: false,
      error: new UnbusyError('E_PROTOCOL', `stat-path said nothing of ${printable(path)}`, { host }),
    };
  }
  const sha256 = first?.kind === 'sha256' ? first.fields[0]?.slice(0, 64) : undefined;
  return { ok: true, found: sha256 === undefined ? inode : { ...inode, sha256 } };
}

const TYPES: Readonly<Record<number, PathInode['type']>> = { 8: 'file', 4: 'directory', 10: 'symlink' };

/** An inode from the fields of a `path` record; undefined if they are none. */
export function readInode(fields: readonly string[]): PathInode | undefined {
  const [rawMode = '', uid = '', gid = '', inode = '', device = '', links = '', size = '', , owner, group] = fields;
  const mode = Number.parseInt(rawMode, 16);
  if (Number.isNaN(mode) || size === '') return undefined;
  return {
    type: TYPES[mode >> 12] ?? 'other',
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
    uid: Number(uid),
    gid: Number(gid),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    links: Number(links),
    size: Number(size),
    witness: [rawMode, uid, gid, inode, device].join(' '),
  };
}

/** The witness of what was found, for a program that is to change it. */
export function witnessOf(found: PathFound): string {
  return found.type === 'absent' || found.type === 'dangling' ? 'absent' : found.witness;
}
