import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpensshOptions, openOpensshLink } from '../../../src/connection/openssh.ts';
import type { OpensshTarget } from '../../../src/connection/openssh-command.ts';
import { openShellSession } from '../../../src/connection/shell-session.ts';
import { UnbusyError } from '../../../src/core/errors.ts';
import { hasSshd, type LoopbackSshd, startSshd } from '../../support/loopback-sshd.ts';
import { groupMembers, isGoneWithin } from '../../support/process-groups.ts';

if (!hasSshd)
  console.warn('NOT RUN: the openssh transport, because /usr/sbin/sshd or /usr/bin/ssh is not installed here');

const socketDirectories = () => readdirSync('/tmp').filter((name) => name.startsWith('unbusy-ssh-'));

describe.skipIf(!hasSshd)("a link through the system's ssh", () => {
  let sshd: LoopbackSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  const open = (target: Partial<OpensshTarget> = {}, options: Partial<OpensshOptions> = {}) =>
    openOpensshLink(
      {
        host: 'alpha',
        address: '127.0.0.1',
        port: sshd.port,
        user: sshd.user,
        identityFiles: [sshd.keyFile],
        configFile: sshd.configFile,
        ...target,
      },
      { hostKeys: 'strict', connectDeadlineMs: 5_000, ...options },
    );

  async function mustOpen() {
    const opened = await open();
    if (!opened.ok) throw opened.error;
    return opened.link;
  }

  async function codeOf(target: Partial<OpensshTarget>, options: Partial<OpensshOptions> = {}): Promise<string> {
    const opened = await open(target, options);
    if (opened.ok) {
      await opened.link.close();
      return 'connected';
    }
    return opened.error.code;
  }

  test('carries a session, its cancel, and leaves neither a process nor a socket', async () => {
    const before = new Set(socketDirectories());
    const opened = await openShellSession(await mustOpen());
    if (!opened.ok) throw opened.error;
    const { session } = opened;
    expect(session.transport).toBe('openssh');
    const hello = { program: { name: 'hello', text: 'printf \'%s\' "$1"' }, args: ["it's me"], output: 'raw' as const };
    expect(await session.call(hello)).toMatchObject({ kind: 'exited', stdout: "it's me" });
    const hang = session.call({ program: { name: 'hang', text: 'sleep 1000' }, args: [] });
    expect(groupMembers(session.facts.processGroup)).not.toEqual([]);
    expect(await session.cancel('enough')).toEqual({ gone: true });
    expect(groupMembers(session.facts.processGroup)).toEqual([]);
    expect((await hang).kind).toBe('lost');
    await session.close();
    // Those of others come and go meanwhile; one that was left behind would stay.
    const added = () => socketDirectories().filter((name) => !before.has(name));
    await expect.poll(added, { timeout: 20_000 }).toEqual([]);
  });

  test('the host ends what runs when the connection goes away', async () => {
    const link = await mustOpen();
    const opened = await openShellSession(link);
    if (!opened.ok) throw opened.error;
    const hang = opened.session.call({ program: { name: 'hang', text: 'sleep 1000' }, args: [] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await link.close();
    expect(await hang).toMatchObject({ kind: 'lost' });
    expect(await isGoneWithin(opened.session.facts.processGroup, 15_000)).toBe(true);
  });

  test('names what is wrong with a host key', async () => {
    const at = `[127.0.0.1]:${sshd.port}`;
    const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1zkHGsFNXgPXrYQYQ1hYy7vN5bJYCcfZp7Kqf1mJXE';
    expect(await codeOf({ configFile: sshd.configWith(() => '') })).toBe('E_HOSTKEY_UNKNOWN');
    expect(await codeOf({ configFile: sshd.configWith(() => '') }, { hostKeys: 'accept-new' })).toBe('connected');
    expect(await codeOf({ configFile: sshd.configWith(() => `${at} ${other}\n`) })).toBe('E_HOSTKEY_CHANGED');
    expect(await codeOf({ configFile: sshd.configWith((key) => `@revoked ${at} ${key}\n`) })).toBe('E_HOSTKEY_REVOKED');
    expect(await codeOf({})).toBe('connected');
  });

  test('names why it cannot connect', async () => {
    expect(await codeOf({ user: 'nobody-here' })).toBe('E_AUTH');
    expect(await codeOf({ port: 1 })).toBe('E_CONNECT_TCP');
    expect(await codeOf({ address: 'no.such.host.invalid' })).toBe('E_CONNECT_DNS');
    const broken = sshd.configWith(() => '', 'NoSuchOption yes');
    expect(await codeOf({ configFile: broken })).toBe('E_SSH_CONFIG');
    const jump = sshd.configWith(() => '', 'Host behind\n  HostName 127.0.0.1\n  ProxyJump 127.0.0.1:1');
    const behind = await open({ address: 'behind', configFile: jump });
    expect(behind).toMatchObject({ ok: false, error: { code: 'E_CONNECT_JUMP' } });
    const old = sshd.configWith(() => '', 'KexAlgorithms diffie-hellman-group1-sha1');
    expect(await codeOf({ configFile: old })).toBe('E_CONNECT_PROTOCOL');
  });

  test('gives up a server that does not answer, and one that is interrupted', async () => {
    sshd.signal('SIGSTOP');
    try {
      expect(await codeOf({}, { connectDeadlineMs: 1_000 })).toBe('E_CONNECT_TIMEOUT');
      const abort = new AbortController();
      const code = codeOf({}, { signal: abort.signal });
      setTimeout(() => abort.abort(), 200);
      expect(await code).toBe('E_INTERRUPTED');
    } finally {
      sshd.signal('SIGCONT');
    }
  });

  test('says that a deadline has passed, where it was no interruption', async () => {
    sshd.signal('SIGSTOP');
    try {
      const abort = new AbortController();
      const code = codeOf({}, { signal: abort.signal });
      setTimeout(() => abort.abort(new UnbusyError('E_DEADLINE', 'the deadline of host alpha passed')), 200);
      expect(await code).toBe('E_DEADLINE');
    } finally {
      sshd.signal('SIGCONT');
    }
  });

  test('is closed also if its master hangs', async () => {
    const before = socketDirectories();
    const link = await mustOpen();
    const [directory = ''] = socketDirectories().filter((name) => !before.includes(name));
    const check = spawnSync('ssh', ['-O', 'check', '-o', `ControlPath=/tmp/${directory}/s`, 'alpha'], {
      encoding: 'utf8',
    });
    const master = Number(/pid=(\d+)/.exec(check.stderr)?.[1]);
    process.kill(master, 'SIGSTOP');
    try {
      await link.close();
      const added = () => socketDirectories().filter((name) => !before.includes(name));
      await expect.poll(added, { timeout: 20_000 }).toEqual([]);
    } finally {
      process.kill(master, 'SIGKILL');
    }
  });

  test('does not connect anew when its master is gone', async () => {
    const link = await mustOpen();
    await link.close();
    const opened = await link.open('exec /bin/sh');
    expect(opened).toMatchObject({ ok: false, error: { code: 'E_CHANNEL' } });
  });
});
