import type { ErrorCode } from '../core/error-codes.ts';
import { UnbusyError } from '../core/errors.ts';
import { printable } from '../core/text.ts';

// ssh(1) ends with 255 for every trouble of its own, so that only its words tell one from another; this is the one place
// where they are read. They are not translated, but for strerror(3), which LC_ALL=C fixes. First match wins. Words of
// OpenSSH 7.6 to 9.9. "port 65535" is what a client says when its ProxyJump or ProxyCommand has ended.
const WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/bad configuration option|bad configuration options|config file|no argument after keyword/i, 'E_SSH_CONFIG'],
  [/UNKNOWN port 65535|stdio forwarding failed/, 'E_CONNECT_JUMP'],
  [/REVOKED HOST KEY|was revoked/, 'E_HOSTKEY_REVOKED'],
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i, 'E_HOSTKEY_CHANGED'],
  [/host key is known for|Host key verification failed/, 'E_HOSTKEY_UNKNOWN'],
  [/Permission denied|Too many authentication failures/, 'E_AUTH'],
  [/Could not resolve hostname/, 'E_CONNECT_DNS'],
  [/timed out/, 'E_CONNECT_TIMEOUT'],
  [/Unable to negotiate|Protocol major versions differ|Bad remote protocol version/, 'E_CONNECT_PROTOCOL'],
  [/kex_exchange_identification|Connection closed by remote host/, 'E_CONNECT_SHED'],
];

const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  E_HOSTKEY_UNKNOWN: 'Compare its fingerprint, then connect once by hand or run with --host-keys accept-new.',
  E_HOSTKEY_CHANGED:
    'Find out why before anything else; if the host was reinstalled, remove the old key with ssh-keygen -R.',
  E_HOSTKEY_REVOKED: 'Do not connect; the key is marked as stolen in known_hosts.',
  E_CONNECT_JUMP: 'Connect to its jump host by hand, or run its ProxyCommand: ssh keeps their messages to itself.',
  E_AUTH: 'Look whether the key is in the agent (ssh-add -l) and in authorized_keys of the host.',
};

/** The error for an ssh client that ended before it was connected. */
export function opensshError(host: string, stderr: string): UnbusyError {
  const [words, code] = WORDS.find(([pattern]) => pattern.test(stderr)) ?? [/./, 'E_CONNECT_TCP' as const];
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  const telling = lines.find((line) => words.test(line)) ?? lines.at(-1);
  const said = printable(telling ?? 'it said nothing').slice(0, 300);
  const hint = HINTS[code] ?? `Run "ssh ${host} true" by hand and look at what it says.`;
  const data = { stderr: printable(stderr, 'lines').slice(-2000) };
  return new UnbusyError(code, `ssh cannot connect to ${host}: ${said}`, { host, hint, data });
}
