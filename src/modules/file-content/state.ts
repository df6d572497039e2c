import { encodeText } from '../../connection/bytes.ts';
import type { Session } from '../../connection/session.ts';
import type { Change } from '../../core/results.ts';
import { needsNames, type WantedAttributes } from '../../programs/attributes.ts';
import { MAX_READ_BYTES, readFile } from '../../programs/read-file.ts';
import { type PathFound, type PathLook, statPath } from '../../programs/stat-path.ts';
import { type PathsQuestion, statPaths } from '../../programs/stat-paths.ts';
import { sha256 } from '../../programs/write-file.ts';
import type { Observed } from '../module.ts';
import type { FileContentParams } from './params.ts';

/** What is at the path, and its text where that is small and about to change. */
export interface FileState {
  readonly path: string;
  readonly found: PathFound;
  readonly oldText?: string;
}

/** One step on a file, with what it must come to. */
export interface FileChange extends Change {
  readonly action: 'write' | 'attributes' | 'remove';
  /** Empty for a removal. */
  readonly wanted: { readonly sha256?: string } & WantedAttributes;
}

/** Looks at the file with one call; reads its text with a second one only if it differs. */
export async function observeFile(host: Session, params: FileContentParams): Promise<Observed<FileState>> {
  return judge(host, params, await statPath(host, question(params)));
}

/** Looks at several files, with one call for all that are as wanted. */
export async function observeFiles(
  host: Session,
  each: readonly FileContentParams[],
): Promise<readonly Observed<FileState>[]> {
  const looks = await statPaths(host, each.map(question));
  return Promise.all(each.map((params, index) => judge(host, params, looks[index])));
}

function question(params: FileContentParams): PathsQuestion {
  const { path, follow, content } = params;
  return { path, follow, hash: true, names: needsNames(params), expected: content };
}

async function judge(
  host: Session,
  params: FileContentParams,
  look: PathLook | undefined,
): Promise<Observed<FileState>> {
  const { path } = params;
  if (look === undefined) return observeFile(host, params);
  if (!look.ok) return { kind: 'unknown', error: look.error };
  const { found } = look;
  const state = { path, found };
  if (found.type !== 'file' || params.content === undefined || found.size > MAX_READ_BYTES) return known(state);
  if (found.sha256 === sha256(encodeText(params.content))) return known(state);
  const read = await readFile(host, path);
  if (!read.ok) return { kind: 'unknown', error: read.error };
  const oldText = read.text;
  // Text of a file that changed between the two looks would make a diff of something else.
  const fits = oldText !== undefined && sha256(encodeText(oldText)) === found.sha256;
  return known(fits ? { ...state, oldText } : state);
}

const known = (state: FileState): Observed<FileState> => ({ kind: 'known', state, gaps: [] });
