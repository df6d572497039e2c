import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached, recipeHash } from './cache.ts';
import { mustRun } from './command.ts';
import { source } from './paths.ts';

const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'legacy-rmdir': ['legacy-rmdir.c', 'namespaces.c', 'mount-tables.c'],
  'make-private': ['make-private.c'],
  pause: ['pause.c'],
  'thread-holder': ['thread-holder.c'],
};

/** The folder of the lab's own static programs, compiled from test/lab/native. */
export function ensurePrograms(): Promise<string> {
  return cached(`programs-${recipeHash([source('native')])}`, async (target) => {
    mkdirSync(target, { recursive: true });
    const flags = ['-static', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];
    for (const [name, files] of Object.entries(SOURCES)) {
      await mustRun('gcc', [...flags, '-o', join(target, name), ...files.map((file) => source(`native/${file}`))]);
    }
  });
}
