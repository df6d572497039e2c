import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandCall, runCommand } from '../../../src/programs/run-command.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

const NONE = { chdir: undefined, stdin: undefined, creates: undefined, removes: undefined, deadlineMs: undefined };

describe.each(shellKinds())('run-command under $name', (shell) => {
  const host = new ShellHost(shell);
  let sandbox: ReturnType<typeof makeSandbox>;
  beforeEach(() => {
    sandbox = makeSandbox();
  });
  afterEach(() => sandbox.remove());

  const argv = (words: readonly string[], more: Partial<CommandCall> = {}) =>
    runCommand(host, { ...NONE, form: 'argv', words, ...more });
  const sh = (text: string, more: Partial<CommandCall> = {}) =>
    runCommand(host, { ...NONE, form: 'shell', words: [text], ...more });

  it('gives the exit number, stdout and stderr as they are', async () => {
    const end = await sh('printf out; printf err >&2; exit 7');
    expect(end).toEqual({ kind: 'ended', exitCode: 7, stdout: 'out', stderr: 'err', cut: false });
    expect(await argv(['true'])).toMatchObject({ kind: 'ended', exitCode: 0 });
    expect(await argv(['no-such-program-at-all'])).toMatchObject({ kind: 'ended', exitCode: 127 });
    expect(await sh('kill -9 $$')).toMatchObject({ kind: 'ended', exitCode: 137 });
  });

  it('hands words over as they are, and executes nothing in them', async () => {
    const end = await argv(['printf', '<%s>', ...NASTY_NAMES], { chdir: sandbox.path });
    expect(end).toMatchObject({ stdout: NASTY_NAMES.map((name) => `<${name}>`).join('') });
    expect(readdirSync(sandbox.path)).toEqual([]);
  });

  it('runs programs, not the functions of its own text', async () => {
    expect(await argv(['main', 'x'])).toMatchObject({ exitCode: 127 });
    expect(await argv(['refuse', 'x'])).toMatchObject({ exitCode: 127 });
  });

  it('gives stdin whole, and /dev/null without it', async () => {
    const text = `${'line %s \\0 é\n'.repeat(3000)}no newline at the end`;
    expect(await argv(['cat'], { stdin: text })).toMatchObject({ exitCode: 0, stdout: text });
    expect(await argv(['cat'])).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await argv(['cat'], { stdin: '' })).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await sh('exit 3', { stdin: text })).toMatchObject({ exitCode: 3, stderr: '' });
  });

  it('starts in the directory that is asked for, or not at all', async () => {
    const directory = join(sandbox.path, 'a b\n');
    mkdirSync(directory);
    expect(await sh('touch here', { chdir: directory })).toMatchObject({ exitCode: 0 });
    expect(readdirSync(directory)).toEqual(['here']);
    const end = await sh('touch there', { chdir: join(sandbox.path, 'no') });
    expect(end).toMatchObject({ kind: 'failed', error: { code: 'E_COMMAND' } });
    expect(readdirSync(sandbox.path)).toEqual(['a b\n']);
  });

  it('does not start if what it creates came meanwhile, or what it removes went', async () => {
    const path = join(sandbox.path, 'marker');
    expect(await sh('touch ran', { chdir: sandbox.path, removes: path })).toEqual({ kind: 'stale' });
    expect(await sh('touch ran', { chdir: sandbox.path, creates: path })).toMatchObject({ kind: 'ended', exitCode: 0 });
    writeFileSync(path, '');
    expect(await sh('touch again', { chdir: sandbox.path, creates: path })).toEqual({ kind: 'stale' });
    expect(readdirSync(sandbox.path).sort()).toEqual(['marker', 'ran']);
  });

  it('is not taken in by a command that ends with 125 and talks like it', async () => {
    const end = await sh('echo "0123456789ab stale" >&2; exit 125');
    expect(end).toMatchObject({ kind: 'ended', exitCode: 125 });
  });

  it('gives commands the umask of a login', async () => {
    expect(await sh('umask')).toMatchObject({ stdout: expect.stringMatching(/^0?022\n$/) });
  });
});
