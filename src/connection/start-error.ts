import type { ErrorCode } from '../core/error-codes.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { BECOME_MISSING, BECOME_STARTED, type FailedStart, type ShellStart } from './become.ts';

type BecomeCode = Extract<ErrorCode, `E_BECOME_${string}`>;

// The last resort, and the only place: sudo and doas end with 1 whatever the cause, so that only their words tell.
// They are asked in LC_ALL=C. Words from sudo 1.8 to 1.9 and doas 6.8; anything else is E_BECOME_DENIED with its own words.
const WORDS: readonly (readonly [RegExp, BecomeCode])[] = [
  [/must have a tty/, 'E_BECOME_TTY'],
  [/not in the sudoers file|not allowed to (execute|run)|may not run/, 'E_BECOME_DENIED'],
  [/password is required|no password was provided|incorrect password|try again/, 'E_BECOME_PASSWORD'],
  [/terminal is required|no tty present|no askpass program/, 'E_BECOME_PASSWORD'],
  [/^doas: (Authori[sz]ation|Authentication) (required|failed)/m, 'E_BECOME_PASSWORD'],
];

const HINTS: Readonly<Record<BecomeCode, string>> = {
  E_BECOME_MISSING: 'Install sudo or doas, or connect as root.',
  E_BECOME_PASSWORD:
    'Give the password with -K, or allow this user /bin/sh without one (NOPASSWD in sudoers, nopass in doas.conf). sudo asks those too whom it will refuse.',
  E_BECOME_TTY: 'Remove requiretty for this user: "Defaults:NAME !requiretty" in sudoers.',
  E_BECOME_DENIED: 'Allow this user to run /bin/sh as root in sudoers or doas.conf, or connect as another user.',
  E_BECOME_TIMEOUT: 'Run "sudo -n true" on the host by hand; if it hangs, look at the DNS, LDAP and PAM of the host.',
};

/** The error for a shell that did not come up; by exit number where that tells. The password is in none of its texts. */
export function startError(host: string, failed: FailedStart, start: ShellStart, waitMs: number): UnbusyError {
  if (failed.ending?.lost !== undefined) {
    const message = `The connection to ${host} was lost while its shell started: ${failed.ending.lost}`;
    return new UnbusyError('E_CONNECT_TCP', message, { host });
  }
  if (!failed.stdout.includes(BECOME_STARTED)) return shellError(host, failed, waitMs);
  const code = becomeCode(failed);
  const words = lastLine(failed.stderr);
  const quoted = words === '' || code === 'E_BECOME_MISSING' ? '' : `; it said: ${words}`;
  const message = `${sentence(host, code, start, waitMs)}${quoted}. Nothing was done.`;
  return new UnbusyError(code, message, { host, hint: HINTS[code] });
}

function becomeCode(failed: FailedStart): BecomeCode {
  if (failed.why === 'silent') return 'E_BECOME_TIMEOUT';
  if (failed.why === 'wrong') return 'E_BECOME_PASSWORD';
  if (failed.ending?.code === BECOME_MISSING) return 'E_BECOME_MISSING';
  return WORDS.find(([words]) => words.test(failed.stderr))?.[1] ?? 'E_BECOME_DENIED';
}

function sentence(host: string, code: BecomeCode, start: ShellStart, waitMs: number): string {
  switch (code) {
    case 'E_BECOME_MISSING':
      return `${host} has neither sudo nor doas, or not the one that was asked for`;
    case 'E_BECOME_PASSWORD':
      if (start.password !== undefined) return `sudo on ${host} did not take the password`;
      return `sudo or doas on ${host} wants a password and was given none`;
    case 'E_BECOME_TTY':
      return `sudo on ${host} works from a terminal only (requiretty)`;
    case 'E_BECOME_TIMEOUT':
      return `sudo or doas on ${host} did not answer within ${Math.round(waitMs / 1000)} s`;
    case 'E_BECOME_DENIED':
      return `sudo or doas on ${host} does not let this user become root`;
  }
}

function shellError(host: string, failed: FailedStart, waitMs: number): UnbusyError {
  const words = lastLine(failed.stderr) || lastLine(failed.stdout);
  const what =
    failed.why === 'silent'
      ? `gave no answer within ${Math.round(waitMs / 1000)} s`
      : `ended with ${failed.ending?.signal ?? failed.ending?.code ?? 'no exit number'}`;
  const quoted = words === '' ? 'and said nothing' : `and said: ${words}`;
  return new UnbusyError('E_PREFLIGHT_SHELL', `There is no POSIX shell on ${host}: /bin/sh ${what} ${quoted}`, {
    host,
    hint: `Run "ssh ${host} exec /bin/sh" by hand and look at what it says.`,
    data: { stdout: printable(failed.stdout, 'lines'), stderr: printable(failed.stderr, 'lines') },
  });
}

/** The last line that says something, safe to print. */
function lastLine(text: string): string {
  return printable(text.trimEnd().split('\n').at(-1) ?? '')
    .slice(0, 300)
    .replace(/[.\s]+$/, '');
}
