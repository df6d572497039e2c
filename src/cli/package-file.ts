import { existsSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnbusyError } from '../core/errors.ts';

/** The sweep that comes with the package. */
export const SWEEP = 'playbooks/sweep-dead.yml';

/** A file of the package. Throws E_BUG if it is missing. */
export function packageFile(path: string): string {
  const file = find(path);
  if (file === undefined) throw new UnbusyError('E_BUG', `${path} is missing from the installed package`);
  return file;
}

/** A file of the package as it is typed in this working directory; its bare name where somebody installed without it. */
export function typedPackageFile(path: string): string {
  const file = find(path) ?? path;
  const near = relative(process.cwd(), file);
  return near.startsWith('..') || isAbsolute(near) ? file : near;
}

/** Seen from the bundle or from the sources. */
function find(path: string): string | undefined {
  const places = ['../', '../../'].map((root) => fileURLToPath(new URL(root + path, import.meta.url)));
  return places.find((file) => existsSync(file));
}
