import { encodeText } from '../connection/bytes.ts';
import type { Session } from '../connection/session.ts';
import { UnbusyError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Refusal } from '../core/results.ts';
import { printable } from '../core/text.ts';
import type { PathStep } from './path-step.ts';
import { MAX_READ_BYTES, readFile } from './read-file.ts';
import { removePath } from './remove-path.ts';
import { type PathFound, type PathLook, statPath, witnessOf } from './stat-path.ts';
import { unifiedDiff } from './unified-diff.ts';
import { sha256, writeFile } from './write-file.ts';

/** What is at the path of a small configuration file, with its text if it is a regular file that can be edited. */
export interface TextFile {
  readonly path: string;
  readonly found: PathFound;
  /** Undefined: it is no regular file, larger than may be read, or no UTF-8 text. */
  readonly text?: string;
}

/** A look at a text file, or why there is none. */
export type TextFileLook =
  | { readonly ok: true; readonly file: TextFile }
  | { readonly ok: false; readonly error: UnbusyError };

/**
 * Looks at a path and reads its text, both in the state of one moment; a link is looked at and not followed.
 * `seen` is a look that was taken already; `wanted` is a text that need not be read if it is there; `most` is the size in bytes
 * beyond which nothing is read.
 */
export async function lookAtTextFile(
  host: Session,
  path: string,
  seen?: PathLook,
  wanted?: string,
  most = MAX_READ_BYTES,
): Promise<TextFileLook> {
  const look = seen ?? (await statPath(host, { path, follow: false, hash: true, names: false }));
  if (!look.ok) return look;
  const { found } = look;
  if (found.type !== 'file' || found.size > most) return { ok: true, file: { path, found } };
  if (wanted !== undefined && found.sha256 === sha256(encodeText(wanted))) {
    return { ok: true, file: { path, found, text: wanted } };
  }
  const read = await readFile(host, path, most);
  if (!read.ok) return read;
  if (read.text === undefined) return { ok: true, file: { path, found } };
  if (sha256(encodeText(read.text)) === found.sha256) return { ok: true, file: { path, found, text: read.text } };
  return {
    ok: false,
    error: new UnbusyError('E_UNKNOWN', `${printable(path)} was changed while it was read`, {
      host: host.host,
      hint: 'Run again; if it stays so, look who writes it.',
    }),
  };
}

/** Why the file can be neither edited nor replaced. */
export function refuseTextFile({ path, found, text }: TextFile): readonly Refusal[] {
  const what = printable(path);
  if (found.type === 'absent') return [];
  if (found.type === 'file') {
    if (text !== undefined) return [];
    return [{ what, why: 'is no text, or too large to be read', hint: 'Look what it is, and mend it by hand.' }];
  }
  if (found.type === 'symlink' || found.type === 'dangling') {
    return [{ what, why: 'is a symbolic link', hint: 'Name the file that it leads to, or remove the link by hand.' }];
  }
  return [{ what, why: `is no regular file (${found.type})`, hint: 'Look what it is for, and remove it by hand.' }];
}

/** What must still be so right before the file is changed. */
export function textFileWitness({ path, found }: TextFile): JsonObject {
  return { path, inode: witnessOf(found), sha256: ('sha256' in found ? found.sha256 : undefined) ?? null };
}

/** Writes the whole text if the file is still what the witness says; what `mode` does not say is kept from the old file. With a suffix, the old file is kept beside it. */
export function writeTextFile(
  host: Session,
  witness: JsonObject,
  content: string,
  mode: string | undefined,
  backupSuffix = '',
): Promise<PathStep> {
  const inode = String(witness.inode);
  const [rawMode, uid = '', gid = ''] = inode === 'absent' ? [] : inode.split(' ');
  const kept = rawMode === undefined ? '0644' : (Number.parseInt(rawMode, 16) & 0o7777).toString(8);
  return writeFile(host, {
    path: String(witness.path),
    follow: false,
    witness: inode,
    oldSha256: typeof witness.sha256 === 'string' ? witness.sha256 : undefined,
    content: encodeText(content),
    mode: mode ?? kept,
    owner: uid,
    group: gid,
    backupSuffix,
  });
}

/** Removes the file if it is still what the witness says. */
export function removeTextFile(host: Session, witness: JsonObject): Promise<PathStep> {
  const oldSha256 = typeof witness.sha256 === 'string' ? witness.sha256 : undefined;
  return removePath(host, { path: String(witness.path), witness: String(witness.inode), oldSha256, backupSuffix: '' });
}

/** Removes a directory that holds nothing any more; one with something in it stays, and so does one that cannot be looked at. */
export async function removeEmptyDirectory(host: Session, path: string): Promise<void> {
  const look = await statPath(host, { path, follow: false, hash: false, names: false });
  if (!look.ok || look.found.type !== 'directory') return;
  await removePath(host, { path, witness: witnessOf(look.found), oldSha256: undefined, backupSuffix: '' });
}

/** A diff to read; a file that not everyone may read is not shown, for diffs end up in logs. */
export function textFileDiff({ path, found, text }: TextFile, content: string, mode?: string): string {
  const modes = ['mode' in found ? found.mode : undefined, mode].filter((each) => each !== undefined);
  if (modes.some((each) => (Number.parseInt(each, 8) & 0o004) === 0)) {
    return `${printable(path)}: not shown, for not everyone may read this file\n`;
  }
  return unifiedDiff(printable(path), found.type === 'absent' ? undefined : text, content);
}
