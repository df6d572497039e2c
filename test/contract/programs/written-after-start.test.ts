import { type ChildProcess, spawn } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writtenAfterStart } from '../../../src/programs/written-after-start.ts';
import { makeSandbox } from '../../support/sandbox.ts';
import { ShellHost } from '../../support/shell-host.ts';
import { shellKinds } from '../../support/shells.ts';

describe.each(shellKinds())('written-after-start under $name', (shell) => {
  const host = new ShellHost(shell);
  let sandbox: ReturnType<typeof makeSandbox>;
  let process: ChildProcess;
  beforeEach(() => {
    sandbox = makeSandbox();
    process = spawn('sleep', ['60'], { stdio: 'ignore' });
  });
  afterEach(() => {
    process.kill('SIGKILL');
    sandbox.remove();
  });

  /** Compares the process, which has just started, with a file that was written so many seconds from now. */
  const compare = async (seconds: number) => {
    const path = join(sandbox.path, 'a file');
    writeFileSync(path, '');
    const time = Date.now() / 1000 + seconds;
    utimesSync(path, time, time);
    return writtenAfterStart(host, path, process.pid ?? -1);
  };

  it('knows a file that is newer than the process from an older one', async () => {
    expect(await compare(60)).toEqual({ ok: true, after: 'yes' });
    expect(await compare(-60)).toEqual({ ok: true, after: 'no' });
    expect(await compare(100_000_000)).toEqual({ ok: true, after: 'yes' });
    expect(await compare(-100_000_000)).toEqual({ ok: true, after: 'no' });
  });

  it('says that it is not clear where one of them is gone', async () => {
    expect(await writtenAfterStart(host, join(sandbox.path, 'none'), process.pid ?? -1)).toEqual({
      ok: true,
      after: 'unclear',
    });
    const path = join(sandbox.path, 'a file');
    writeFileSync(path, '');
    expect(await writtenAfterStart(host, path, 99_999_999)).toEqual({ ok: true, after: 'unclear' });
  });
});
