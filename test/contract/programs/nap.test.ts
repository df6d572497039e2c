import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { NAP } from '../../../src/programs/nap.ts';
import { commandOf } from '../../support/process-groups.ts';
import { type ShellKind, shellKinds } from '../../support/shells.ts';

const TIMES = 100;

/** Starts so many naps and tells each to end at once; `first` is what whoever starts them does before. Gives how many still sleep. */
async function napsLeft(shell: ShellKind, first: string, seconds: number): Promise<number> {
  const script = `PATH=${shell.path}\n${NAP}\n${first}\nfor i in $(seq ${TIMES}); do\n{ nap ${seconds}; } & kill "$!"\ndone\n`;
  const [file = '', ...args] = [...shell.command, '-c', script];
  const child = spawn(file, args, { stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  await sleep(500);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const left = pids.map(Number).filter((pid) => commandOf(pid).endsWith(`sleep ${seconds}`));
  for (const pid of left) process.kill(pid, 'SIGKILL');
  return left.length;
}

/** A number that nobody else sleeps for. */
let seconds = 200_000 + (process.pid % 10_000) * 10;

describe.skipIf(process.platform !== 'linux').each(shellKinds())('a nap under $name', (shell) => {
  it('ends when it is told to, however early', async () => {
    expect(await napsLeft(shell, '', seconds++)).toBe(0);
  });

  it.skipIf(shell.name === 'bash')('misses that if whoever starts it has a trap of its own', async () => {
    // Why run_tasks of hook-frame.sh sets its traps after that; bash hardly ever misses it.
    expect(await napsLeft(shell, "trap 'told=yes' TERM", seconds++)).toBeGreaterThan(0);
  });
});
