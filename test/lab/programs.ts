import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cached, recipeHash } from './cache.ts';
import { mustRun } from './command.ts';
import { source } from './paths.ts';

const NAMES = ['legacy-rmdir', 'make-private', 'pause', 'thread-holder'] as const;

/** The folder of the lab's own static programs, compiled from test/lab/native. */
export function ensurePrograms(): Promise<string> {
  return cached(`programs-${recipeHash([source('native')])}`, async (target) => {
    mkdirSync(target, { recursive: true });
    const flags = ['-static', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];
    for (const name of NAMES) await mustRun('gcc', [...flags, '-o', join(target, name), source(`native/${name}.c`)]);
  });
}
