import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import type { ShellKind } from '../../support/shells.ts';

/** True where a test may make a mount namespace in which /var/lib is its own. */
export const ableToHideState = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

/** A host whose /var/lib is a directory of ours, and whose tools may be scripts of ours. */
export class UndoBed {
  readonly #sandbox = makeSandbox();
  readonly path = this.#sandbox.path;
  readonly store = join(this.path, 'lib/unbusy/undo/docker.service');

  constructor() {
    for (const name of ['lib', 'bin', 'etc']) mkdirSync(join(this.path, name));
  }

  /** A host under one shell. */
  host(shell: ShellKind): ShellHost {
    const setUp = `mount --bind '${this.path}/lib' /var/lib; exec "$@"`;
    const command = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', setUp, 'sh', ...shell.command];
    return new ShellHost({ name: shell.name, command, path: `${this.path}/bin:${shell.path}` });
  }

  /** Names in the undo record, without the random ones of its copies. */
  names(): readonly string[] {
    if (!existsSync(this.store)) return [];
    return readdirSync(this.store)
      .map((name) => name.replace(/^copy-.*/, 'copy').replace(/^[0-9a-f]{64}/, 'KEY'))
      .sort();
  }

  /** Each entry as [kind, content of its copy, path]. */
  entries(): readonly (readonly [string, string | undefined, string])[] {
    return readdirSync(this.store)
      .filter((name) => name.endsWith('.entry'))
      .map((name) => {
        const [kind = '', copy = '', ...path] = readFileSync(join(this.store, name), 'utf8').split('\n');
        const content = kind === 'file' ? readFileSync(join(this.store, copy), 'utf8') : undefined;
        return [kind, content, path.join('\n')] as const;
      });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
