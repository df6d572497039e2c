import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { NAP } from '../../../src/programs/nap.ts';
import { sleepsFor } from '../../support/process-groups.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

/** Seconds that nobody else sleeps for. */
const SECONDS = 200_000 + (process.pid % 100_000);

/** The naps under way. */
const napping = () => sleepsFor(SECONDS);

/** Starts a hundred naps; what is done with each comes after it. */
async function hundred(shell: ShellKind, then: string): Promise<void> {
  const each = `{ nap ${SECONDS}; } </dev/null >/dev/null 2>&1 &\n${then}`;
  const script = `PATH=${shell.path}\n${NAP}\ni=0\nwhile [ "$i" -lt 100 ]; do\n${each}\ni=$((i + 1))\ndone\n`;
  const [file = '', ...args] = [...shell.command, '-c', script];
  const child = spawn(file, args, { stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  // Whoever was born last may not be called a sleep yet.
  await sleep(300);
}

describe.skipIf(process.platform !== 'linux').each(shellKinds())('a nap under $name', (shell) => {
  afterEach(() => {
    for (const pid of napping()) process.kill(pid, 'SIGKILL');
  });

  it('ends when it is told to, however early', async () => {
    await hundred(shell, 'kill "$!"');
    await expect.poll(napping, { timeout: 5000 }).toEqual([]);
  });

  it('goes on otherwise', async () => {
    await hundred(shell, ':');
    await expect.poll(() => napping().length, { timeout: 5000 }).toBe(100);
  });
});
