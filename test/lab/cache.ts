import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withFileLock } from './file-lock.ts';
import { CACHE_DIR } from './paths.ts';

/** A digest over the contents of files and folders, in a stable order, and some words. */
export function recipeHash(paths: readonly string[], words: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const word of words) hash.update(`${word}\0`);
  for (const root of paths) {
    // By the names below the root, so that two checkouts of one recipe share its result.
    for (const path of filesBelow(root))
      hash
        .update(`${relative(root, path)}\0`)
        .update(readFileSync(path))
        .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

const DAY_MS = 86_400_000;

/** The cached result of a recipe; what `build` makes appears under its final name complete or not at all. */
export async function cached(name: string, build: (target: string) => Promise<void>): Promise<string> {
  const path = join(CACHE_DIR, name);
  if (existsSync(path)) {
    utimesSync(path, new Date(), new Date());
    return path;
  }
  mkdirSync(CACHE_DIR, { recursive: true });
  await withFileLock(join(CACHE_DIR, '.lock'), async () => {
    if (existsSync(path)) return;
    const unfinished = `${path}.tmp`;
    rmSync(unfinished, { recursive: true, force: true });
    await build(unfinished);
    renameSync(unfinished, path);
    forgetOthers(name);
  });
  return path;
}

/** Removes results of older recipes, a base tree is some 500 MB, unless one was used within the last day: a lab may be up on it. */
function forgetOthers(name: string): void {
  const kind = `${name.slice(0, name.lastIndexOf('-'))}-`;
  for (const other of readdirSync(CACHE_DIR)) {
    if (!other.startsWith(kind) || other === name) continue;
    const path = join(CACHE_DIR, other);
    if (Date.now() - statSync(path).mtimeMs > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}
