import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real sshd of this user on loopback. */
export interface LoopbackSshd {
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  /** An ssh_config that knows the host key and nothing of the user's own. */
  readonly configFile: string;
  /** A second one, with another line for the host key in known_hosts. */
  configWith(knownHosts: (hostKey: string) => string, extra?: string): string;
  /** Resumes and pauses the listening process. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

/** True if this machine has what loopback sshd needs. */
export const hasSshd = existsSync('/usr/sbin/sshd') && existsSync('/usr/bin/ssh');

/** Starts one with keys of its own in a temporary directory. */
export async function startSshd(): Promise<LoopbackSshd> {
  const directory = mkdtempSync('/tmp/unbusy-sshd-');
  const file = (name: string) => `${directory}/${name}`;
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file(name)]);
  }
  const port = await freePort();
  const hostKey = readFileSync(file('host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(file('sshd_config'), serverConfig(port, directory));
  if (process.getuid?.() === 0) execFileSync('mkdir', ['-p', '/run/sshd']);
  const server = spawn('/usr/sbin/sshd', ['-D', '-f', file('sshd_config'), '-E', file('log')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await isListening(file('log'));
  let configs = 0;
  const configWith: LoopbackSshd['configWith'] = (knownHosts, extra = '') => {
    const name = file(`config-${configs++}`);
    writeFileSync(`${name}-known`, knownHosts(hostKey));
    writeFileSync(
      name,
      `${extra}\nHost *\n  UserKnownHostsFile ${name}-known\n  GlobalKnownHostsFile /dev/null\n  IdentitiesOnly yes\n`,
    );
    return name;
  };
  return {
    port,
    user: execFileSync('id', ['-un'], { encoding: 'utf8' }).trim(),
    keyFile: file('user'),
    configFile: configWith((key) => `[127.0.0.1]:${port} ${key}\n`),
    configWith,
    signal: (name) => server.kill(name),
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function serverConfig(port: number, directory: string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${directory}/host`,
    'PidFile none',
    `AuthorizedKeysFile ${directory}/user.pub`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    '',
  ].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function isListening(log: string): Promise<void> {
  for (let n = 0; n < 100; n++) {
    if (existsSync(log) && readFileSync(log, 'utf8').includes('Server listening')) return;
    await sleep(50);
  }
  throw new Error(`sshd does not listen: ${existsSync(log) ? readFileSync(log, 'utf8') : 'no log'}`);
}
