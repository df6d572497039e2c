import { describe, expect, test } from 'vitest';
import { opensshError } from '../../../src/connection/openssh-errors.ts';

// As OpenSSH 9.2 says it.
const SAID: readonly (readonly [string, string])[] = [
  ['ssh: Could not resolve hostname nope: Name or service not known', 'E_CONNECT_DNS'],
  ['ssh: connect to host 10.0.0.1 port 22: Connection refused', 'E_CONNECT_TCP'],
  ['ssh: connect to host 10.0.0.1 port 22: No route to host', 'E_CONNECT_TCP'],
  ['ssh: connect to host 10.0.0.1 port 22: Connection timed out', 'E_CONNECT_TIMEOUT'],
  ['Connection timed out during banner exchange\nConnection to 10.0.0.1 port 22 timed out', 'E_CONNECT_TIMEOUT'],
  [
    'kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22',
    'E_CONNECT_SHED',
  ],
  ['kex_exchange_identification: read: Connection reset by peer', 'E_CONNECT_SHED'],
  [
    'kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535',
    'E_CONNECT_JUMP',
  ],
  [
    'Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa',
    'E_CONNECT_PROTOCOL',
  ],
  ['ops@10.0.0.1: Permission denied (publickey,password).', 'E_AUTH'],
  [
    'No ED25519 host key is known for web01 and you have requested strict checking.\nHost key verification failed.',
    'E_HOSTKEY_UNKNOWN',
  ],
  [
    '@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.',
    'E_HOSTKEY_CHANGED',
  ],
  [
    '@@@\n@       WARNING: REVOKED HOST KEY DETECTED!               @\nHost key verification failed.',
    'E_HOSTKEY_REVOKED',
  ],
  ['command-line: line 0: Bad configuration option: foo', 'E_SSH_CONFIG'],
  ['', 'E_CONNECT_TCP'],
];

describe('what ssh says before it is connected', () => {
  test.each(SAID)('%j is %s', (stderr, code) => {
    const error = opensshError('web01', `${stderr}\n`);
    expect(error.code).toBe(code);
    expect(error.host).toBe('web01');
    expect(error.hint).toBeDefined();
  });

  test('is quoted by the line that tells, made safe to print', () => {
    const error = opensshError('web01', 'banner \u001b[2J\nops@web01: Permission denied (pub\u001bkey).\nbye\n');
    expect(error.message).toBe('ssh cannot connect to web01: ops@web01: Permission denied (pub\\x1bkey).');
    expect(JSON.stringify(error.data)).not.toContain('\u001b');
  });
});
