import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { boundedProgram } from '../../../src/programs/bounded.ts';
import { EXIT } from '../../../src/programs/exit-numbers.ts';
import { runProgram } from '../../../src/programs/run-program.ts';
import { sleepsFor } from '../../support/process-groups.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

/** Steps that end at once, while what watches them has hardly begun: of four hundred a few end right when it has begun to sleep. */
const MANY = boundedProgram(
  'many',
  `set -eu
  step=0
  while [ "$step" -lt 400 ]; do
    bounded "$1" true
    step=$((step + 1))
  done
  record ended "$code"
  finish 0`,
);

/** A number that nobody else sleeps for. */
let seconds = 10_000 + (process.pid % 10_000) * 10;

describe.skipIf(process.platform !== 'linux').each(shellKinds())('a bounded step under $name', (shell) => {
  it('leaves no sleep behind, however soon it ends', async () => {
    const own = seconds++;
    const answer = await runProgram(new ShellHost(shell), { program: MANY, args: [String(own)] }, [EXIT.done]);
    expect(answer).toMatchObject({ ok: true, records: [{ kind: 'ended', fields: ['0'] }] });
    await sleep(300);
    try {
      await expect.poll(() => sleepsFor(own), { timeout: 5000 }).toEqual([]);
    } finally {
      for (const pid of sleepsFor(own)) process.kill(pid, 'SIGKILL');
    }
  });
});
