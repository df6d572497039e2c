import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/** The cached result of a recipe; what `build` makes appears under its final name complete or not at all. */
export async function cached(name: string, build: (target: string) => Promise<void>): Promise<string> {
  const path = join(CACHE_DIR, name);
  if (existsSync(path)) return path;
  mkdirSync(CACHE_DIR, { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await build(unfinished);
    renameSync(unfinished, path);
    forgetOthers(name);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return path;
}

/** Results of older recipes: a base tree is some 700 MB. The one lab of a machine is ours, so nobody uses them. */
function forgetOthers(name: string): void {
  const kind = `${name.slice(0, name.lastIndexOf('-'))}-`;
  const others = readdirSync(CACHE_DIR).filter((other) => other.startsWith(kind) && other !== name);
  for (const other of others) rmSync(join(CACHE_DIR, other), { recursive: true, force: true });
}
