import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { UnbusyError } from '../core/errors.ts';
import { KnownHosts } from './known-hosts.ts';

/** Reads known_hosts files once each and joins them as hosts name them; hosts that name the same files share an index. */
export class KnownHostsLibrary {
  readonly #indexes = new Map<string, KnownHosts>();

  /** The index of these files in order. A missing file is empty; throws E_SSH_CONFIG for one that cannot be read, as its keys might be revoked or changed. */
  open(files: readonly string[]): KnownHosts {
    const id = files.join('\0');
    let index = this.#indexes.get(id);
    if (index === undefined) {
      index = new KnownHosts();
      for (const file of files) index.addText(readOrEmpty(file), file);
      this.#indexes.set(id, index);
    }
    return index;
  }
}

/** Appends one line in one write, on a line of its own; makes the file (0600) and its directory (0700) if they are missing. */
export function appendKnownHostsLine(file: string, line: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'a+', 0o600);
  try {
    appendFileSync(handle, `${endsInMidLine(handle) ? '\n' : ''}${line}\n`);
  } finally {
    closeSync(handle);
  }
}

function endsInMidLine(handle: number): boolean {
  const stat = fstatSync(handle);
  if (!stat.isFile() || stat.size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(handle, last, 0, 1, stat.size - 1);
  return last[0] !== 0x0a;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new UnbusyError('E_SSH_CONFIG', `The known_hosts file ${file} cannot be read: ${code ?? String(error)}.`, {
      hint: `Make ${file} readable for you, or name another one with UserKnownHostsFile in ssh_config.`,
      cause: error,
    });
  }
}
