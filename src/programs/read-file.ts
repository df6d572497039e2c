import type { Program, Session } from '../connection/session.ts';
import text from './read-file.sh';

const READ_FILE: Program = { name: 'read-file', text };

/** Largest file that is read for a diff, in bytes. */
export const MAX_READ_BYTES = 65_536;

/** The text of a small regular file, or undefined if it cannot be had, is too large or is not text; only a diff depends on it. */
export async function readFile(session: Session, path: string): Promise<string | undefined> {
  const outcome = await session.call({ program: READ_FILE, args: [path, String(MAX_READ_BYTES)], output: 'raw' });
  if (outcome.kind !== 'exited' || outcome.code !== 0) return undefined;
  return isText(outcome.stdout) ? outcome.stdout : undefined;
}

/** False for bytes that are no UTF-8 text. */
export function isText(text: string): boolean {
  return !text.includes('\0') && !text.includes('\ufffd');
}
