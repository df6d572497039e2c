import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openShellSession, type SessionOptions } from '../../../src/connection/shell-session.ts';
import type { ErrorCode } from '../../../src/core/error-codes.ts';
import type { UnbusyError } from '../../../src/core/errors.ts';
import { loginLink, shellLink, withCommand } from '../../support/shell-links.ts';

const PASSWORD = 'correct horse';

// Stand-ins for sudo and doas, with the words and exit numbers of sudo 1.9.13 and doas 6.8.2 as they were seen.
const OPTIONS = `printf '%s\\n' "$*" >>"\${0%/*}/log"
never= prompt=
while :; do
  case $1 in
    -n) never=1 ;; -S | -k) ;; -p) prompt=$2; shift ;; --) shift; break ;; *) break ;;
  esac
  shift
done`;
const NEVER = `${OPTIONS}\n[ -z "$never" ] || { echo 'sudo: a password is required' >&2; exit 1; }`;
const asks = (then: string) => `${NEVER}
for try in 1 2 3; do
  printf %s "$prompt" >&2
  IFS= read -r word || { echo >&2; echo 'sudo: no password was provided' >&2; exit 1; }
  if [ "$word" = '${PASSWORD}' ]; then ${then}; fi
  echo 'Sorry, try again.' >&2
done
exit 1`;
const says = (words: string) => `${OPTIONS}\necho '${words}' >&2; exit 1`;
const SUDO = {
  free: `${OPTIONS}\nexec "$@"`,
  asks: asks('exec "$@"'),
  asksAndRefuses: asks("echo 'ops is not in the sudoers file.' >&2; exit 1"),
  wantsTerminal: says('sudo: sorry, you must have a tty to run sudo'),
  refuses: says('Sorry, user ops is not allowed to execute /bin/sh as root on here.'),
  isBroken: says('sudo: /etc/sudo.conf is owned by uid 1000, should be 0'),
  hangs: `${OPTIONS}\nexec /bin/sleep 1000`,
  asksForAToken: `${NEVER}\nprintf 'Token: ' >&2; exec /bin/sleep 1000`,
};
const DOAS = {
  free: SUDO.free,
  wantsPassword: says('doas: Authentication required'),
  refuses: says('doas: Operation not permitted'),
};

const isRoot = process.getuid?.() === 0;
/** What a stand-in that lets us through leads to: it cannot make root out of anybody. */
const GRANTED = isRoot ? 'opened' : 'E_PREFLIGHT_ROOT';

describe('become', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'unbusy-become-'));
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'status'), 'Name:\tsh\nUid:\t1000\t1000\t1000\t1000\n');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function install(name: 'sudo' | 'doas', text: string): void {
    const file = join(directory, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  }

  /** The local host, as a user that is not root and finds nothing but what was installed. */
  const asUser = (line: string) =>
    line.replace(/PATH=[^;]*/, `PATH=${directory}/bin`).replace('/proc/self/status', `${directory}/status`);

  async function open(options: SessionOptions = {}): Promise<UnbusyError | undefined> {
    const opened = await openShellSession(withCommand(shellLink('/bin/sh'), asUser), {
      become: { method: 'auto' },
      openMs: 1_000,
      becomeMs: 1_000,
      ...options,
    });
    if (!opened.ok) return opened.error;
    expect(
      await opened.session.call({ program: { name: 'hi', text: 'echo hi' }, args: [], output: 'raw' }),
    ).toMatchObject({ stdout: 'hi\n' });
    await opened.session.close();
    return undefined;
  }

  const codeOf = async (options: SessionOptions = {}): Promise<ErrorCode | 'opened'> =>
    (await open(options))?.code ?? 'opened';
  const log = () => readFileSync(join(directory, 'bin', 'log'), 'utf8');

  test('without sudo and doas', async () => {
    expect(await codeOf()).toBe('E_BECOME_MISSING');
    install('doas', DOAS.free);
    expect(await codeOf({ become: { method: 'sudo' } })).toBe('E_BECOME_MISSING');
    expect(await codeOf()).toBe(GRANTED);
  });

  test('sudo goes before doas', async () => {
    install('sudo', SUDO.free);
    install('doas', DOAS.refuses);
    expect(await codeOf()).toBe(GRANTED);
    expect(log()).toBe('-n -- /bin/sh\n');
    expect(await codeOf({ become: { method: 'doas' } })).toBe('E_BECOME_DENIED');
  });

  test('whoever is root asks nobody', async () => {
    install('sudo', SUDO.refuses);
    writeFileSync(join(directory, 'status'), 'Name:\tsh\nUid:\t0\t0\t0\t0\n');
    expect(await codeOf()).toBe(GRANTED);
  });

  test('a password that is wanted and not given', async () => {
    install('sudo', SUDO.asks);
    const error = await open();
    expect(error?.code).toBe('E_BECOME_PASSWORD');
    expect(error?.message).toBe(
      'sudo or doas on here wants a password and was given none; it said: sudo: a password is required. Nothing was done.',
    );
    install('sudo', DOAS.wantsPassword);
    expect(await codeOf()).toBe('E_BECOME_PASSWORD');
  });

  test('the password is given when sudo asks, and only there', async () => {
    install('sudo', SUDO.asks);
    expect(await codeOf({ password: PASSWORD })).toBe(GRANTED);
    expect(log()).not.toContain('horse');
    expect(log()).toMatch(/^-n -- \/bin\/sh\n-k -S -p unbusy-password: -- \/bin\/sh -c /);
  });

  test('a sudo that does not ask gets no password', async () => {
    install('sudo', SUDO.free);
    expect(await codeOf({ password: PASSWORD })).toBe(GRANTED);
    expect(log()).toBe('-n -- /bin/sh\n');
  });

  test('a wrong password is tried once, and is in no text of the error', async () => {
    install('sudo', SUDO.asks);
    const error = await open({ password: 'battery staple' });
    expect(error?.code).toBe('E_BECOME_PASSWORD');
    expect(JSON.stringify([error?.message, error?.hint, error?.data])).not.toContain('staple');
    expect(error?.message).toContain('did not take the password');
  });

  test.each([
    ['wantsTerminal', 'E_BECOME_TTY'],
    ['refuses', 'E_BECOME_DENIED'],
    ['isBroken', 'E_BECOME_DENIED'],
    ['hangs', 'E_BECOME_TIMEOUT'],
  ] as const)('a sudo that %s: %s', async (behaviour, code) => {
    install('sudo', SUDO[behaviour]);
    expect(await codeOf()).toBe(code);
  });

  test('a sudo that takes the password and refuses then', async () => {
    install('sudo', SUDO.asksAndRefuses);
    expect(await codeOf({ password: PASSWORD })).toBe('E_BECOME_DENIED');
  });

  test('a sudo that asks for something else than a password gets nothing', async () => {
    install('sudo', SUDO.asksForAToken);
    const error = await open({ password: PASSWORD });
    expect(error?.code).toBe('E_BECOME_TIMEOUT');
    expect(error?.message).toContain('Token:');
  });

  test.skipIf(!isRoot)('a sudo that leads to somebody else than root', async () => {
    install('sudo', `${OPTIONS}\nexec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`);
    expect(await codeOf()).toBe('E_PREFLIGHT_ROOT');
  });

  test.each(['/usr/bin/fish', '/usr/bin/tcsh'])('through %s as login shell', async (loginShell) => {
    if (!existsSync(loginShell))
      return console.warn(`NOT RUN: become through ${loginShell}, which is not installed here`);
    install('sudo', SUDO.free);
    const link = withCommand(loginLink(loginShell), asUser);
    const opened = await openShellSession(link, { become: { method: 'auto' } });
    expect(opened.ok ? 'opened' : opened.error.code).toBe(GRANTED);
    if (opened.ok) await opened.session.close();
  });
});
