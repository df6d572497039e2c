import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Call, Session } from '../../../src/connection/session.ts';
import { openShellSession, type SessionOptions } from '../../../src/connection/shell-session.ts';
import { groupMembers, isGoneWithin } from '../../support/process-groups.ts';
import { requireShell, SHELLS, shellLink } from '../../support/shell-links.ts';

const program = (name: string, text: string, extra: Partial<Call> = {}): Call => ({
  program: { name, text },
  args: [],
  ...extra,
});

describe.each(Object.entries(SHELLS))('a session under %s', (_, shell) => {
  const sessions: Session[] = [];
  beforeAll(() => requireShell(shell));
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
  });

  async function open(options: SessionOptions = {}): Promise<Session> {
    const opened = await openShellSession(shellLink(shell), options);
    if (!opened.ok) throw opened.error;
    sessions.push(opened.session);
    return opened.session;
  }

  test('knows the host, and the process group it runs in', async () => {
    const { facts } = await open();
    expect(facts.os).toBe('Linux');
    expect(facts.uid).toBe(process.getuid?.());
    expect(facts.procVisible).toBe(true);
    expect(facts.startTime).toMatch(/^\d+$/);
    expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/);
    expect(groupMembers(facts.processGroup)).toContain(facts.processGroup);
  });

  test('leaves no process behind when it is closed', async () => {
    const session = await open();
    expect((await session.call(program('quick', "printf 'end\\t0\\n'"))).kind).toBe('exited');
    expect(groupMembers(session.facts.processGroup)).not.toEqual([]);
    await session.close();
    expect(await isGoneWithin(session.facts.processGroup, 2_000)).toBe(true);
    expect(await session.call(program('late', ':'))).toMatchObject({ kind: 'lost', reason: 'the session is closed' });
  });

  test('gives records and exit numbers, and demands the trailer of a program that says it is done', async () => {
    const session = await open();
    const [good, failed, cut] = await Promise.all([
      session.call(program('good', "printf 'mount\\t/a\\\\040b\\t7\\nend\\t1\\n'")),
      session.call(program('failed', "printf 'why\\tx\\n'; echo oh >&2; exit 3")),
      session.call(program('cut', "printf 'mount\\t/a\\n'")),
    ]);
    expect(good).toEqual({
      kind: 'exited',
      code: 0,
      records: [{ kind: 'mount', fields: ['/a b', '7'] }],
      stdout: '',
      stderr: '',
    });
    expect(failed).toMatchObject({
      kind: 'exited',
      code: 3,
      records: [{ kind: 'why', fields: ['x'] }],
      stderr: 'oh\n',
    });
    expect(cut).toMatchObject({ kind: 'lost', reason: 'the answer of cut is not whole: it has no end record' });
    expect((await session.call(program('good', "printf 'end\\t0\\n'"))).kind).toBe('exited');
  });

  test('gives raw output byte by byte, also without a newline at its end', async () => {
    const session = await open();
    const raw = await Promise.all([
      session.call(program('bare', 'printf abc', { output: 'raw' })),
      session.call(program('lines', "printf 'a\\n\\n'", { output: 'raw' })),
      session.call(program('nothing', ':', { output: 'raw' })),
      session.call(program('latin', "printf 'caf\\351'", { output: 'raw' })),
    ]);
    expect(raw.map((outcome) => (outcome.kind === 'exited' ? outcome.stdout : outcome))).toEqual([
      'abc',
      'a\n\n',
      '',
      'caf\udce9',
    ]);
  });

  test('survives a program that eats stdin, closes its streams, or leaves its subshell in odd ways', async () => {
    const session = await open();
    const outcomes = await Promise.all([
      session.call(program('eater', 'cat; cat <&0; echo eaten >&2', { output: 'raw' })),
      session.call(program('closer', 'exec >&- 2>&-; echo lost', { output: 'raw' })),
      session.call(program('inner', "sh -c 'kill -9 $$'", { output: 'raw' })),
      session.call(program('killed', "exec sh -c 'kill -9 $$'")),
      session.call(program('options', 'set -eu; umask 0; cd /tmp; trap "echo bye" EXIT; false', { output: 'raw' })),
      session.call(program('after', 'umask; pwd', { output: 'raw' })),
    ]);
    expect(outcomes[0]).toMatchObject({ kind: 'exited', code: 0, stdout: '', stderr: 'eaten\n' });
    expect(outcomes[1]).toMatchObject({ kind: 'exited' });
    expect(outcomes[2]).toMatchObject({ kind: 'exited', code: 137 });
    expect(outcomes[3]).toMatchObject({ kind: 'killed', signal: 9 });
    expect(outcomes[4]).toMatchObject({ kind: 'exited', code: 1, stdout: 'bye\n' });
    expect(outcomes[5]).toMatchObject({ kind: 'exited', stdout: '0077\n/\n' });
  });

  test('is lost when a program kills the shell itself, and the rest is not run', async () => {
    const session = await open();
    const outcomes = await Promise.all([
      session.call(program('suicide', 'kill -9 $$; sleep 1000')),
      session.call(program('next', "printf 'end\\t0\\n'")),
    ]);
    expect(outcomes[0]).toMatchObject({ kind: 'lost' });
    expect(outcomes[0]).toHaveProperty('reason', expect.stringMatching(/killed by signal .* while suicide ran/));
    expect(outcomes[1]).toMatchObject({ kind: 'lost' });
    expect((await session.call(program('later', ':'))).kind).toBe('lost');
    // The guard is what ends the sleep: nobody else is left.
    expect(await isGoneWithin(session.facts.processGroup, 10_000)).toBe(true);
  });

  test('keeps the order of 200 calls sent at once', async () => {
    const session = await open();
    const echo = { name: 'echo-it', text: 'printf \'%s\' "$1"' };
    const calls = Array.from({ length: 200 }, (_, n) =>
      session.call({ program: echo, args: [String(n)], output: 'raw' }),
    );
    const answered: number[] = [];
    for (const [n, call] of calls.entries()) call.then(() => answered.push(n));
    const outcomes = await Promise.all(calls);
    expect(outcomes.map((outcome) => (outcome.kind === 'exited' ? outcome.stdout : outcome))).toEqual(
      outcomes.map((_, n) => String(n)),
    );
    expect(answered).toEqual(outcomes.map((_, n) => n));
  });

  test('takes a definition again when the text of a program changes', async () => {
    const session = await open();
    const said = await Promise.all(
      ['echo 1', 'echo 2', 'echo 1'].map((text) => session.call(program('same', text, { output: 'raw' }))),
    );
    expect(said.map((outcome) => (outcome.kind === 'exited' ? outcome.stdout : outcome))).toEqual([
      '1\n',
      '2\n',
      '1\n',
    ]);
  });

  test('cuts what is too much, and says so', async () => {
    const session = await open();
    const many = 'head -c "$1" /dev/zero | tr "\\0" x';
    const [large, small, records, noisy] = await Promise.all([
      session.call(program('many', many, { output: 'raw', args: ['5000000'] })),
      session.call(program('many', many, { output: 'raw', args: ['1000000'] })),
      session.call(program('records', `${many}; printf '\\nend\\t1\\n'`, { args: ['5000000'] })),
      session.call(program('noisy', `{ ${many}; } >&2`, { output: 'raw', args: ['5000000'] })),
    ]);
    expect(large).toMatchObject({ kind: 'exited', cut: true });
    expect(large.kind === 'exited' && large.stdout.length).toBe(1024 * 1024);
    expect(small.kind === 'exited' && small.stdout.length).toBe(1_000_000);
    expect(small).not.toHaveProperty('cut');
    expect(records.kind === 'exited' && records.records[0]?.kind.length).toBe(5_000_000);
    expect(noisy.kind === 'exited' && noisy.stderr.endsWith('[cut after 65536 bytes]')).toBe(true);
  });

  test('takes an argument of 1 MiB', async () => {
    const session = await open();
    const outcome = await session.call(
      program('length', 'printf %s "$1" | wc -c', { output: 'raw', args: ["x'".repeat(512 * 1024)] }),
    );
    expect(outcome).toMatchObject({ kind: 'exited', stdout: expect.stringMatching(/^\s*1048576\n$/) });
  });
});
