import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

/** Shells of this machine, and the first one again with each awk that is there. */
export function awkKinds(): readonly ShellKind[] {
  const [first] = shellKinds();
  const extra = ['mawk', 'gawk'].flatMap((name) => {
    const file = which(name);
    if (file === undefined || first === undefined) return [];
    const directory = mkdtempSync(join(tmpdir(), 'unbusy-awk-'));
    afterAll(() => rmSync(directory, { recursive: true, force: true }));
    symlinkSync(file, join(directory, 'awk'));
    return [{ name: `${first.name} with ${name}`, command: first.command, path: `${directory}:${first.path}` }];
  });
  return [...shellKinds(), ...extra];
}

function which(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
