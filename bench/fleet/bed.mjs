// The bed: one sshd of our own on loopback, many host names that lead to it, and a directory per host.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A free TCP port on loopback. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const keygen = (file) => execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);

/** The key exchanges that sshd of CentOS 7 (OpenSSH 7.4) offers; newer clients would otherwise pay for a post-quantum one. */
const KEY_EXCHANGES = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
];

/** Builds the bed for host names n001 …; `close()` ends the sshd and removes every file. */
export async function openBed(hostCount, keyExchanges = KEY_EXCHANGES) {
  const dir = mkdtempSync(join(tmpdir(), 'unbusy-bench-'));
  chmodSync(dir, 0o755);
  const at = (name) => join(dir, name);
  const port = await freePort();
  keygen(at('host_key'));
  keygen(at('user_key'));
  writeFileSync(at('authorized_keys'), readFileSync(at('user_key.pub')));
  writeFileSync(
    at('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host_key')}`,
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      `PidFile ${at('sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      `KexAlgorithms ${keyExchanges.join(',')}`,
      'MaxStartups 1000:30:1000',
      'MaxSessions 1000',
      'Subsystem sftp internal-sftp',
      // bash reads ~/.bashrc for a command over ssh only at level 1; whatever this machine's holds is not what is measured.
      'SetEnv SHLVL=2',
      '',
    ].join('\n'),
  );
  const names = Array.from({ length: hostCount }, (_, index) => `n${String(index + 1).padStart(4, '0')}`);
  const hostKey = readFileSync(at('host_key.pub'), 'utf8').trim().split(' ').slice(0, 2).join(' ');
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(
    at('ssh_config'),
    [
      'Host n*',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${at('user_key')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${at('known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '  ControlPath none',
      '',
    ].join('\n'),
  );
  mkdirSync('/run/sshd', { recursive: true });
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')], { stdio: 'ignore' });
  await waitFor(() => execFileSync('ssh', ['-F', at('ssh_config'), names[0], 'true'], { stdio: 'ignore' }));
  return {
    dir,
    at,
    names,
    close() {
      sshd.kill('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function waitFor(probe) {
  for (let tries = 0; ; tries++) {
    try {
      return probe();
    } catch (error) {
      if (tries > 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
