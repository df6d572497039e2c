import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { directoryOfFile } from '../../support/directory-of-file.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

/** Shells of this machine, and the first one again with each awk that is there. */
export function awkKinds(): readonly ShellKind[] {
  const [first] = shellKinds();
  const extra = ['mawk', 'gawk'].flatMap((name) => {
    const file = which(name);
    if (file === undefined || first === undefined) return [];
    const directory = directoryOfFile('unbusy-awk-', (path) => symlinkSync(file, join(path, 'awk')));
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
