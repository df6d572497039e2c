import { existsSync, readFileSync, statSync } from 'node:fs';

/** How configuration reads files; tests put their own in its place. */
export interface TextReader {
  /** The whole text, UTF-8; throws as node:fs does. */
  read(path: string): string;
  exists(path: string): boolean;
}

/** Files of this machine. */
export const fileReader: TextReader = {
  read: (path) => {
    if (statSync(path).isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    return readFileSync(path, 'utf8');
  },
  exists: (path) => existsSync(path),
};

/** Why a file could not be read, in words; the codes are those of errno(3). */
export function readFailure(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
