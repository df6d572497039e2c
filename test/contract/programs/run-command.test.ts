import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CommandCall, runCommand } from '../../../src/programs/run-command.ts';
import { NASTY_NAMES } from '../../support/nasty-names.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

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
    expect(end).toEqual({ kind: 'ended', exitCode: 7, stdout: 'out', stderr: 'err', cut: false, left: [] });
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

  it('hands on any bytes, however many, from both streams', async () => {
    const end = await sh("printf 'a\\000\\377b'; printf 'c\\000d' >&2; head -c 300000 /dev/zero; printf last");
    if (end.kind !== 'ended') throw new Error(end.kind);
    expect(end.stdout.slice(0, 2)).toBe('a\0');
    expect([end.stdout.length, end.stdout.slice(-5)]).toEqual([300_008, '\0last']);
    expect(end.stderr).toBe('c\0d');
  });

  it('does not wait for what a command leaves behind, gives all that the command wrote, and names what was left', async () => {
    const pidFile = join(sandbox.path, 'pid');
    const end = await sh(`sleep 50 & echo $! > ${pidFile}; head -c 200000 /dev/zero; echo err >&2; exit 4`);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    try {
      expect(isAlive(pid)).toBe(true);
      expect(end).toMatchObject({ kind: 'ended', exitCode: 4, stderr: 'err\n', cut: false });
      expect(end).toMatchObject({ left: [expect.stringMatching(new RegExp(`^\\S+ \\(pid ${pid}\\)$`))] });
      expect(end.kind === 'ended' && end.stdout).toBe('\0'.repeat(200_000));
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it('names nothing that has let go of the streams, and nothing of another command', async () => {
    const pidFile = join(sandbox.path, 'pid');
    const end = await sh(`sleep 50 >/dev/null 2>&1 & echo $! > ${pidFile}`);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    try {
      expect(isAlive(pid)).toBe(true);
      expect(end).toMatchObject({ kind: 'ended', left: [], cut: false });
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it('ends although what is left never stops writing', async () => {
    const end = await sh('yes & echo $$; exit 3');
    expect(end).toMatchObject({ kind: 'ended', exitCode: 3, left: [expect.stringContaining('yes (pid ')] });
    const pid = Number(/\d+/.exec(end.kind === 'ended' ? (end.left[0]?.replace(/^.*pid /, '') ?? '') : '')?.[0]);
    await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
  });

  it('gives commands the umask of a login', async () => {
    expect(await sh('umask')).toMatchObject({ stdout: expect.stringMatching(/^0?022\n$/) });
  });
});
