import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { renderCompletion } from '../../src/cli/completion.ts';

const folder = mkdtempSync(join(tmpdir(), 'unbusy-completion-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a shell says against a script; empty if it can read it. */
function complaint(shell: string, script: string): string {
  const file = join(folder, shell);
  writeFileSync(file, script);
  const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
  return status === 0 ? '' : `${status}: ${stderr}`;
}

const installed = (shell: string) => spawnSync(shell, ['-c', 'true']).error === undefined;

describe('completion scripts', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    it.skipIf(!installed(shell))(`can be read by ${shell} (skipped where it is not installed)`, () => {
      expect(complaint(shell, renderCompletion(shell, COMMANDS))).toBe('');
      expect(complaint(shell, 'if (')).not.toBe('');
    });
  }

  it.skipIf(!installed('bash'))('complete in bash what is typed', () => {
    const script = `${renderCompletion('bash', COMMANDS)}
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _unbusy; echo "\${COMPREPLY[*]}"; }
try unbusy sc; try unbusy run --host-k; try unbusy run --host-keys acc; try unbusy doc exit; try unbusy run --nothing`;
    const { stdout } = spawnSync('bash', [], { input: script, encoding: 'utf8' });
    expect(stdout).toBe('scan\n--host-keys\naccept-new\nexit-codes\n\n');
  });

  it.skipIf(!installed('fish'))('complete in fish what is typed', () => {
    const script = `${renderCompletion('fish', COMMANDS)}
complete -C 'unbusy run --host-k'; complete -C 'unbusy run --host-keys acc'; complete -C 'unbusy doc exit'`;
    const file = join(folder, 'complete.fish');
    writeFileSync(file, script);
    const { stdout } = spawnSync('fish', [file], { encoding: 'utf8', env: { ...process.env, HOME: folder } });
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual([
      '--host-keys',
      'accept-new',
      'exit-codes',
      '',
    ]);
  });

  /** An unbusy that knows an inventory, and a name that a shell would execute if it read it. */
  const withHosts = () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    const names = ['docker', 'cd01', 'cd02', `$(touch ${folder}/hurt)`, 'web 1'].map((name) => `'${name}'`).join(' ');
    const text = `#!/bin/sh\n[ "$*" = "inventory --names -i hosts.yml" ] && printf '%s\\n' ${names}\n`;
    writeFileSync(join(bin, 'unbusy'), text, { mode: 0o755 });
    return { ...process.env, PATH: `${bin}:${process.env.PATH}`, HOME: folder };
  };

  it.skipIf(!installed('bash'))('complete in bash hosts and groups of the inventory that the line names', () => {
    const script = `${renderCompletion('bash', COMMANDS)}
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _unbusy; printf '%s|' "\${COMPREPLY[@]}"; echo; }
try unbusy run p.yml -i hosts.yml -l cd; try unbusy why -i hosts.yml d; try unbusy scan --inventory = hosts.yml -l '$'
try unbusy run p.yml -l cd`;
    const { stdout } = spawnSync('bash', [], { input: script, encoding: 'utf8', env: withHosts() });
    expect(stdout.split('\n')).toEqual(['cd01|cd02|', 'docker|', `$(touch ${folder}/hurt)|`, '|', '']);
    expect(existsSync(join(folder, 'hurt'))).toBe(false);
  });

  it.skipIf(!installed('fish'))('complete in fish hosts and groups of the inventory that the line names', () => {
    const script = `${renderCompletion('fish', COMMANDS)}
complete -C 'unbusy run p.yml -i hosts.yml -l cd'; complete -C 'unbusy why -i hosts.yml doc'; complete -C 'unbusy run p.yml -l cd'`;
    const file = join(folder, 'hosts.fish');
    writeFileSync(file, script);
    const { stdout } = spawnSync('fish', [file], { encoding: 'utf8', env: withHosts() });
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['cd01', 'cd02', 'docker', '']);
    expect(existsSync(join(folder, 'hurt'))).toBe(false);
  });
});
