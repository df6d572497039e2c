import type { Program, Session } from '../connection/session.ts';
import type { UnbusyError } from '../core/errors.ts';
import text from './read-file.sh';
import { endingError } from './run-program.ts';

const READ_FILE: Program = { name: 'read-file', text };

/** Largest file that is read for a diff, in bytes, unless the caller says another number. */
export const MAX_READ_BYTES = 65_536;

/** The text of a file; undefined if it is too large, no text, or may not be read. */
export type FileText =
  | { readonly ok: true; readonly text: string | undefined }
  | { readonly ok: false; readonly error: UnbusyError };

/** Reads a small regular file. Only a diff depends on its text, so a file that cannot be shown is no error; a lost link is. */
export async function readFile(session: Session, path: string, most = MAX_READ_BYTES): Promise<FileText> {
  const outcome = await session.call({ program: READ_FILE, args: [path, String(most)], output: 'raw' });
  if (outcome.kind !== 'exited') return { ok: false, error: endingError(session.host, READ_FILE.name, outcome) };
  const shown = outcome.code === 0 && isText(outcome.stdout);
  return { ok: true, text: shown ? outcome.stdout : undefined };
}

/** False for a NUL and for bytes that are no UTF-8, which stand as lone surrogates (connection/bytes.ts) or as U+FFFD. */
export function isText(text: string): boolean {
  return !/[\0\ufffd\udc80-\udcff]/u.test(text);
}
