/**
 * What we offer, the cheapest first. ecdh-sha2-nistp256 costs both ends less than curve25519, which sshd computes
 * without OpenSSL's assembler; both are sound and every sshd since 5.7 has the first. Nothing with SHA-1 in the key
 * exchange, except nothing else: a server that has only that is reached through OpenSSH and the user's own settings.
 */
const KEY_EXCHANGES = [
  'ecdh-sha2-nistp256',
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group18-sha512',
] as const;

const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes256-ctr',
  'aes192-ctr',
  'chacha20-poly1305@openssh.com',
] as const;

const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
  'hmac-sha1-etm@openssh.com',
  'hmac-sha1',
] as const;

/** Signature algorithms of each type of host key (RFC 8332 for RSA). ssh-dss only for a host that is known by it. */
const SIGNATURES = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
  'ssh-dss': ['ssh-dss'],
} as const;

type KeyType = keyof typeof SIGNATURES;

const USUAL_TYPES: readonly KeyType[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
];

/** The algorithms to offer a server whose host key types are expected in this order; `only`: no other type at all. */
export function offeredAlgorithms(expected: readonly string[], only: boolean) {
  const known = expected.filter((type): type is KeyType => type in SIGNATURES);
  const types = only && known.length > 0 ? known : [...new Set([...known, ...USUAL_TYPES])];
  return {
    kex: [...KEY_EXCHANGES],
    serverHostKey: types.flatMap((type) => [...SIGNATURES[type]]),
    cipher: [...CIPHERS],
    hmac: [...MACS],
    compress: ['none' as const],
  };
}
