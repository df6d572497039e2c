import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Link } from '../../../src/connection/link.ts';
import { openShellSession } from '../../../src/connection/shell-session.ts';
import { ShellWire } from '../../../src/connection/shell-wire.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { loginLink, SHELLS, shellLink, withCommand } from '../../support/shell-links.ts';

const hello = { program: { name: 'hello', text: 'printf \'%s\' "$1"' }, args: ["a 'b' $c"], output: 'raw' as const };

describe.each(Object.entries(SHELLS))('opening under %s', (_, shell) => {
  test('what a login prints before the first marker is no answer', async () => {
    const noise = 'echo "Welcome to $HOSTNAME"; printf "no newline"; echo motd >&2; ';
    const opened = await openShellSession(withCommand(shellLink(shell), (line) => noise + line));
    if (!opened.ok) throw opened.error;
    expect(opened.session.facts.os).toBe('Linux');
    expect(await opened.session.call(hello)).toMatchObject({ stdout: "a 'b' $c", stderr: '' });
    await opened.session.close();
  });

  test.each([
    ['fails', 'unbusy_facts() { return 3; }\n', 3],
    ['is missing', ':\n', 127],
  ])('a prologue whose function %s is heard of at once', async (_, prologue, code) => {
    const opened = await shellLink(shell).open('exec /bin/sh');
    if (!opened.ok) throw opened.error;
    const wire = new ShellWire(opened.channel, { callMs: 10_000, hostLimitMs: 0 });
    const program = { name: 'prologue', text: 'unbusy_facts' };
    expect(await wire.begin(prologue, { program, args: [] })).toMatchObject({ kind: 'exited', code, records: [] });
    wire.end();
    await wire.ended;
  });
});

describe('opening through a login shell', () => {
  for (const loginShell of ['/usr/bin/fish', '/usr/bin/tcsh', '/usr/bin/bash', '/usr/bin/mksh']) {
    const missing = !existsSync(loginShell);
    if (missing) console.warn(`NOT RUN: opening through ${loginShell}, which is not installed here`);

    test.skipIf(missing)(`${loginShell} sees the constant command line only`, async () => {
      const opened = await openShellSession(loginLink(loginShell));
      if (!opened.ok) throw opened.error;
      expect(await opened.session.call(hello)).toMatchObject({ stdout: "a 'b' $c" });
      await opened.session.close();
    });

    test.skipIf(missing)(`${loginShell} hands on the command line of become`, async () => {
      const opened = await openShellSession(loginLink(loginShell), { become: { method: 'auto' } });
      // Root stays root; anybody else gets a verdict of sudo, which comes from the right shell as well.
      if (opened.ok) {
        expect(opened.session.facts.uid).toBe(0);
        await opened.session.close();
      } else expect(opened.error.code).toMatch(/^E_BECOME_/);
    });
  }
});

describe('what is no POSIX shell', () => {
  const withPretence = (text: string) => withCommand(shellLink('/bin/sh'), () => text);
  const errorOf = async (text: string, openMs = 2_000) => {
    const opened = await openShellSession(withPretence(text), { openMs });
    if (opened.ok) throw new Error('it opened');
    return opened.error;
  };

  test('is named with what it said', async () => {
    const error = await errorOf("printf '%% Unknown command \\033[31mexec\\n'; exit 1");
    expect(error.code).toBe('E_PREFLIGHT_SHELL');
    expect(error.message).toBe(
      'There is no POSIX shell on here: /bin/sh ended with 1 and said: % Unknown command \\x1b[31mexec',
    );
  });

  test('is given up after its time', async () => {
    const error = await errorOf('cat >/dev/null', 300);
    expect(error.code).toBe('E_PREFLIGHT_SHELL');
    expect(error.message).toContain('gave no answer within');
  });

  test('is dropped when the run is interrupted', async () => {
    const abort = new AbortController();
    const opening = openShellSession(withPretence('cat >/dev/null'), { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    expect(await opening).toMatchObject({ ok: false, error: { code: 'E_INTERRUPTED' } });
  });

  test('is dropped when the time of the host is up, which is no interruption', async () => {
    const abort = new AbortController();
    const opening = openShellSession(withPretence('cat >/dev/null'), { signal: abort.signal });
    setTimeout(() => abort.abort(new UnbusyError('E_DEADLINE', 'the deadline of host a passed')), 100);
    expect(await opening).toMatchObject({ ok: false, error: { code: 'E_DEADLINE' } });
  });

  test('a link that opens no channel is given up too, and what comes late is dropped', async () => {
    let dropped = false;
    const inner = shellLink('/bin/sh');
    const slow: Link = {
      ...inner,
      open: async (line) => {
        await new Promise((resolve) => setTimeout(resolve, 600));
        const opened = await inner.open(line);
        if (opened.ok) opened.channel.onEnd((ending) => (dropped = ending.signal === 'SIGKILL'));
        return opened;
      },
    };
    const late = await openShellSession(slow, { openMs: 200 });
    expect(late).toMatchObject({ ok: false, error: { code: 'E_CHANNEL' } });
    await expect.poll(() => dropped, { timeout: 5_000 }).toBe(true);
  });

  test('an interrupt does not wait for the channel', async () => {
    const never: Link = { ...shellLink('/bin/sh'), open: () => new Promise(() => {}) };
    const abort = new AbortController();
    const opening = openShellSession(never, { signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    expect(await opening).toMatchObject({ ok: false, error: { code: 'E_INTERRUPTED' } });
  });
});

test('calls of one tick go out in one write, and a second burst needs no second guard', async () => {
  const written: string[] = [];
  const inner = shellLink('/bin/sh');
  const watched: Link = {
    ...inner,
    open: async (line) => {
      const opened = await inner.open(line);
      if (!opened.ok) return opened;
      const { channel } = opened;
      const write = channel.write.bind(channel);
      channel.write = (data) => {
        written.push(data.toString());
        write(data);
      };
      return { ok: true, channel };
    },
  };
  const opened = await openShellSession(watched);
  if (!opened.ok) throw opened.error;
  written.length = 0;
  for (const burst of [1, 2]) {
    await Promise.all(Array.from({ length: 10 }, () => opened.session.call(hello)));
    expect(written.length).toBe(burst);
  }
  expect(written.map((text) => text.split('unbusy_watch').length - 1)).toEqual([1, 0]);
  expect(written.map((text) => text.split('unbusy_program_hello()').length - 1)).toEqual([1, 0]);
  await opened.session.close();
});
