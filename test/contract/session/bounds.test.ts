import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Link } from '../../../src/connection/link.ts';
import type { Call, Session } from '../../../src/connection/session.ts';
import { openShellSession, type SessionOptions } from '../../../src/connection/shell-session.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { quotePosix } from '../../../src/core/text.ts';
import { commandOf, groupMembers, isGoneWithin, killGroup } from '../../support/process-groups.ts';
import { requireShell, SHELLS, shellLink, withCommand } from '../../support/shell-links.ts';

const HANG: Call = {
  program: { name: 'hang', text: "echo waiting >&2; sh -c 'trap : TERM; sleep 1000; sleep 1000'" },
  args: [],
};
/** A child is born at any time, also between a look and a kill. */
const BREED: Call = {
  program: { name: 'breed', text: 'sleep 1000 & while :; do (sleep 30; :) & sleep 0.02; done' },
  args: [],
};
const QUICK: Call = { program: { name: 'quick', text: "printf 'end\\t0\\n'" }, args: [] };

/** A process between us and the shell, as sshd is; it hands its own streams on, so that its end closes nothing. */
const RELAY = "require('node:child_process').spawn('sh',['-c',process.argv[1]],{detached:true,stdio:'inherit'})";

function relayed(link: Link): Link {
  return withCommand(
    link,
    (line) => `exec ${quotePosix(process.execPath)} -e ${quotePosix(RELAY)} ${quotePosix(line)}`,
  );
}

const parentOf = (pid: number): number => {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(line.slice(line.lastIndexOf(')') + 2).split(' ')[1]);
};

type OnFinished = (clean: () => Promise<void>) => void;

async function open(onFinished: OnFinished, link: Link, options: SessionOptions = {}): Promise<Session> {
  const opened = await openShellSession(link, options);
  if (!opened.ok) throw opened.error;
  onFinished(async () => {
    await opened.session.close();
    killGroup(opened.session.facts.processGroup);
  });
  return opened.session;
}

// They wait most of the time, so they wait together.
describe.concurrent.each(Object.entries(SHELLS))('the bounds of a session under %s', (_, shell) => {
  beforeAll(() => requireShell(shell));

  /** Resolves when the program runs: shell, guard, its nap, the program's own processes. */
  async function running(session: Session): Promise<void> {
    const names = () => groupMembers(session.facts.processGroup).map((pid) => commandOf(pid));
    for (let n = 0; n < 100 && !names().includes('sleep 1000'); n++) await sleep(50);
    expect(names()).toContain('sleep 1000');
  }

  test('ends a program at its deadline, the processes below it too, and is over then', async ({
    onTestFinished,
    expect,
  }) => {
    const session = await open(onTestFinished, shellLink(shell));
    const [first, hung, after] = await Promise.all([
      session.call(QUICK),
      session.call({ ...HANG, deadlineMs: 500 }),
      session.call(QUICK),
    ]);
    expect(first.kind).toBe('exited');
    expect(hung).toEqual({ kind: 'timed-out', afterMs: 500, stderr: 'waiting\n' });
    expect(after).toEqual({ kind: 'lost', reason: 'not run: hang did not end within 500ms' });
    expect(groupMembers(session.facts.processGroup)).toEqual([]);
    expect((await session.call(QUICK)).kind).toBe('lost');
  });

  test('cancel ends what runs, and tells it to the calls that wait', async ({ onTestFinished, expect }) => {
    const session = await open(onTestFinished, shellLink(shell));
    const calls = [session.call(HANG), session.call(QUICK)];
    await running(session);
    expect(await session.cancel('the run was interrupted')).toEqual({ gone: true });
    expect(groupMembers(session.facts.processGroup)).toEqual([]);
    expect(await Promise.all(calls)).toEqual([
      { kind: 'lost', reason: 'the run was interrupted' },
      { kind: 'lost', reason: 'the run was interrupted' },
    ]);
  });

  test('cancel leaves a process of another group alone', async ({ onTestFinished, expect }) => {
    const [session, bystander] = await Promise.all([
      open(onTestFinished, shellLink(shell)),
      open(onTestFinished, shellLink(shell)),
    ]);
    const waits = bystander.call({ ...QUICK, program: { name: 'wait', text: "sleep 3; printf 'end\\t0\\n'" } });
    await session.cancel('enough');
    expect((await waits).kind).toBe('exited');
  });

  test('cancel says so if nobody could look', async ({ onTestFinished, expect }) => {
    let opened = 0;
    const link = shellLink(shell);
    const error = new UnbusyError('E_CHANNEL', 'here refused a second channel.');
    const single: Link = { ...link, open: async (line) => (opened++ === 0 ? link.open(line) : { ok: false, error }) };
    const session = await open(onTestFinished, single);
    const call = session.call(HANG);
    await running(session);
    const end = await session.cancel('enough');
    expect(end).toMatchObject({ gone: false, left: expect.stringContaining('here refused a second channel.') });
    expect((await call).kind).toBe('lost');
  });

  test('the guard on the host ends a program whose time is over without the controller', async ({
    onTestFinished,
    expect,
  }) => {
    const session = await open(onTestFinished, shellLink(shell), { hostLimitMs: 1_000 });
    const call = session.call(HANG);
    await running(session);
    expect(await isGoneWithin(session.facts.processGroup, 15_000)).toBe(true);
    expect((await call).kind).toBe('lost');
  });

  test('the guard ends everything when what carries the shell is gone', async ({ onTestFinished, expect }) => {
    const session = await open(onTestFinished, relayed(shellLink(shell)));
    const call = session.call(HANG);
    await running(session);
    process.kill(parentOf(session.facts.processGroup), 'SIGKILL');
    expect(await isGoneWithin(session.facts.processGroup, 15_000)).toBe(true);
    expect((await call).kind).toBe('lost');
  });

  test('without the guard it would go on', async ({ onTestFinished, expect }) => {
    const session = await open(onTestFinished, relayed(shellLink(shell)), { hostLimitMs: 0 });
    const call = session.call(HANG);
    await running(session);
    process.kill(parentOf(session.facts.processGroup), 'SIGKILL');
    await sleep(7_000);
    expect(groupMembers(session.facts.processGroup)).not.toEqual([]);
    killGroup(session.facts.processGroup);
    await call;
  });

  test('a session that was idle when its carrier went away ends too', async ({ onTestFinished, expect }) => {
    const session = await open(onTestFinished, relayed(shellLink(shell)));
    await session.call(QUICK);
    process.kill(parentOf(session.facts.processGroup), 'SIGKILL');
    expect(await isGoneWithin(session.facts.processGroup, 15_000)).toBe(true);
  });

  test.for([
    { what: 'hangs', work: HANG },
    { what: 'never stops making children', work: BREED },
  ])(
    'a shell that shares its group with its carrier, and $what, never signals that group',
    async ({ work }, { onTestFinished, expect }) => {
      const shared = RELAY.replace('detached:true', 'detached:false');
      const link = withCommand(
        shellLink(shell),
        (line) => `exec ${quotePosix(process.execPath)} -e ${quotePosix(shared)} ${quotePosix(line)}`,
      );
      const session = await open(onTestFinished, link, { hostLimitMs: 1_000 });
      const relay = session.facts.processGroup;
      expect(session.facts.startTime).toBe('');
      const call = session.call(work);
      await running(session);
      expect(await session.cancel('enough')).toEqual({ gone: true });
      expect(groupMembers(relay).filter((pid) => pid !== relay)).toEqual([]);
      expect((await call).kind).toBe('lost');
    },
  );
});
