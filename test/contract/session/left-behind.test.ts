import { afterEach, describe, expect, it } from 'vitest';
import type { Program, Session } from '../../../src/connection/session.ts';
import { openShellSession } from '../../../src/connection/shell-session.ts';
import { runCommand } from '../../../src/programs/run-command.ts';
import { requireShell, SHELLS, shellLink } from '../../support/shell-links.ts';

/** Writes to its own streams twice a second, for some seconds, after whoever started it has ended. */
const STRAY = '( for n in 1 2 3 4 5 6; do sleep 0.2; echo stray; echo stray >&2; done ) &';

/** A program that runs for as long. */
const later: Program = { name: 'later', text: "sleep 1; printf 'a\\tfield\\n'; printf 'end\\t1\\n'" };

const clean = { kind: 'exited', records: [{ kind: 'a', fields: ['field'] }], stderr: '' };

describe.each(Object.entries(SHELLS))('a child that a command leaves behind under %s', (_name, shell) => {
  requireShell(shell);
  let session: Session;
  afterEach(() => session.close());

  const open = async () => {
    const opened = await openShellSession(shellLink(shell));
    if (!opened.ok) throw opened.error;
    session = opened.session;
  };

  it('never writes into the answers of later calls', async () => {
    await open();
    const command = {
      chdir: undefined,
      stdin: undefined,
      creates: undefined,
      removes: undefined,
      deadlineMs: undefined,
    };
    const ended = runCommand(session, { ...command, form: 'shell', words: [`echo mine; ${STRAY}`] });
    const next = session.call({ program: later, args: [] });
    expect(await ended).toMatchObject({ kind: 'ended', exitCode: 0, stdout: 'mine\n', stderr: '' });
    expect(await next).toMatchObject(clean);
  });

  it('would, if it had the streams of the session', async () => {
    await open();
    const raw = session.call({ program: { name: 'raw', text: STRAY }, args: [], output: 'raw' });
    const next = session.call({ program: later, args: [] });
    expect(await raw).toMatchObject({ kind: 'exited', stdout: '' });
    expect(await next).not.toMatchObject(clean);
  });
});
